import type { ObjectId } from '../stack/manifest.ts';

/** A port of a node that a pod has. */
export interface NodePort {
  readonly object: ObjectId;
  readonly number: number;
  readonly protocol: string;
  /** Labels of the nodes that the pod may run on. */
  readonly nodes: Readonly<Record<string, string>>;
}

/** What an entrance passes on. */
export interface PassedOn {
  readonly object: ObjectId;
  /** Which requests, in the words of the object. */
  readonly match: string;
  readonly hosts: readonly string[];
  /** `namespace/service:port`, or what else answers. */
  readonly to: string;
  /** Names of the middlewares that let only some people through, as far as they are known. */
  readonly limitedBy: readonly string[];
  /** True where requests for this path on this host may pass. */
  passes(host: string, path: string): boolean;
}

/** A Service that is reached from outside the cluster. */
export interface OutsideService {
  readonly object: ObjectId;
  readonly type: string;
  /** `8008/tcp` */
  readonly ports: readonly string[];
}

/** A pod that gets more than Pod Security's level `restricted` allows, apart from ports of its node. */
export interface Unrestricted {
  readonly object: ObjectId;
  readonly fields: readonly string[];
}

/** What finished objects open, and what of that nobody but an override opened. */
export interface Exposure {
  readonly routes: readonly PassedOn[];
  readonly newRoutes: readonly PassedOn[];
  /** Pods on the network of their node, by `namespace/name`. */
  readonly onNetwork: ReadonlySet<string>;
  readonly nodePorts: readonly NodePort[];
  readonly newNodePorts: readonly NodePort[];
  /** Those that overrides have made so. */
  readonly outsideServices: readonly OutsideService[];
  readonly unrestricted: readonly Unrestricted[];
}
