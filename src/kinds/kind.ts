import type { Data } from '../plain/data.ts';

/**
 * A field of an object: keys joined by dots, `[]` for every item of a list.
 *
 * @example 'spec.routes[].services[].name'
 */
export type Field = string;

/** A kind of whatever version, as `<group>/<kind>`; the group of core kinds is empty. */
export type KindKey = string;

/** What is special about one kind of object. What is not said here, no reader of manifests knows. */
export interface KindKnowledge {
  /** The API group; empty for core kinds. */
  readonly group: string;
  readonly kind: string;
  /** The pods it runs, for kinds with a pod template. */
  readonly pod?: PodKnowledge;
  /** Where its name must be stricter than a DNS subdomain. */
  readonly names?: NameRule;
  /** Fields that name other objects, which must exist. */
  readonly references?: readonly Reference[];
  /**
   * Fields that name something too, but nothing that could be looked up here: each with the reason. What is below
   * such a field is meant too. A field with a name that is in neither list fails a test.
   */
  readonly notChecked?: Readonly<Record<Field, string>>;
  /** Groups in which a key must be written, since its default is rarely what is meant. */
  readonly explicit?: readonly Explicit[];
  /** Fields with the keys that others can name, for kinds that hold values by key. */
  readonly keys?: readonly Field[];
  /** Field with the ports that others can name. */
  readonly ports?: Field;
  /** The objects that its controller makes for it. */
  readonly makes?: (object: Data) => readonly MadeObject[];
  /** The pods that its controller makes for it, where it has no pod template. */
  readonly makesPods?: MadePods;
  /** Fields that select other objects by label. */
  readonly selects?: readonly Selector[];
  /** Fields with an image of pods that are made for it. */
  readonly images?: readonly Field[];
  /** How it becomes ready. @default - as its status says in the conditions that every controller writes */
  readonly readiness?: Readiness;
  /** Whether data is lost when the object is; `true` where that holds for each of them, whatever it says. */
  readonly holdsData?: true | ((object: Data) => boolean);
  /** Fields whose keys are values that this object itself keeps: they are lost with it. */
  readonly keeps?: readonly Field[];
  /** Fields that the cluster refuses to change, or that data does not survive a change of. */
  readonly immutable?: readonly Immutable[];
  /** What it takes of the cluster. */
  readonly amounts?: Amounts;
}

/** The pods of a kind with a pod template. */
export interface PodKnowledge {
  /** Keys that lead to the template: what has `metadata` and `spec`. */
  readonly template: readonly string[];
  /** True where pods run until they are replaced, and are replaced when the template changes. */
  readonly replaced?: true;
  /** The field with `type` and `rollingUpdate`, for kinds that may start a new pod while the old one runs. */
  readonly strategy?: Field;
}

/**
 * What is special about how an object becomes ready.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#health-assessment
 */
export interface Readiness {
  /** Conditions of its status that say that it is ready, or never will be, in CEL. */
  readonly current?: string;
  readonly failed?: string;
  /** False for what may only become ready by an object of a later layer. @default true */
  readonly isAwaited?: false;
}

/** A condition of an object's status, in CEL. */
export function condition(type: string, status: 'True' | 'False'): string {
  return `status.conditions.exists(c, c.type == '${type}' && c.status == '${status}')`;
}

/** How a name must be written. */
export interface NameRule {
  /** `label` is RFC 1123, `label-1035` has a letter first, `subdomain` may have dots. */
  readonly form: 'label' | 'label-1035' | 'subdomain';
  /** Characters. @default - as many as the form allows */
  readonly max?: number;
}

/** A field that names another object. Fields next to it are given from the group that it is in. */
export interface Reference {
  readonly field: Field;
  readonly to: KindKey;
  /** The field next to it with the key, or the keys, that are asked for. A list that is empty asks for all. */
  readonly key?: Field;
  /** Keys that are always asked for. */
  readonly needs?: readonly string[];
  /** True where the pod reads every key. */
  readonly whole?: true;
  /** True where `optional: true` next to it says that the object may be missing. */
  readonly optional?: true;
  /** Fields next to it with a port of the object, by number or name: the first that is there counts. */
  readonly port?: readonly Field[];
  /** The field next to it with the namespace. @default - the namespace of the object that has the reference */
  readonly namespace?: Field;
  /** True where the field is a URL in the cluster: scheme, Service, namespace and port. */
  readonly url?: true;
  /** Findings are about the group with the name, not about the name. */
  readonly atGroup?: true;
  /** Whether it names an object of that kind at all. @default - always */
  readonly where?: Condition;
  /** What happens where the object is missing, in words. */
  readonly consequence?: string;
}

/** Whether a field names an object of a kind; `group` is what the field is in. */
export type Condition = (group: Data, name: string) => boolean;

/** A key that must be written. */
export interface Explicit {
  /** The group that has it. */
  readonly group: readonly string[];
  readonly key: string;
  readonly what: string;
  readonly remedy: string;
}

/** An object that a controller makes, in the namespace of the object that it is made for. */
export interface MadeObject {
  readonly kind: KindKey;
  readonly name: string;
  /** Its keys; `any` where something else decides them. */
  readonly keys?: readonly string[] | 'any';
  readonly ports?: readonly { readonly name: string; readonly number: number }[];
}

/** Pods that a controller makes. */
export interface MadePods {
  readonly labels: (object: Data) => Readonly<Record<string, string>>;
  /** What the names of such labels begin with. */
  readonly prefix: string;
  /** Labels whose values change while pods run. */
  readonly changing: RegExp;
}

/** A selector by labels. */
export interface Selector {
  readonly field: Field;
  /** `labels` is a plain mapping, `selector` has `matchLabels` and `matchExpressions`. */
  readonly form: 'labels' | 'selector';
  /** What is selected. `own` is the pods of its own template, and no others. */
  readonly of: 'own' | 'pods' | 'services';
  /** The field next to it by which objects of other namespaces are meant. */
  readonly unless?: string;
}

/** A field that should not change. */
export interface Immutable {
  readonly field: Field;
  /**
   * What the field decides: a size may grow, a place must stay where it is, the major version of a database has its
   * own way up, a selector decides whose the pods are, an identity which data it is and how it is sorted.
   */
  readonly is: 'size' | 'place' | 'major' | 'selector' | 'identity';
  /** Its value if it is not written. @default - then the value is not known */
  readonly unwritten?: string;
}

/** What an object takes of the cluster. */
export interface Amounts {
  /** The field with the number of pods, and its value if it is not written. */
  readonly pods?: { readonly field: Field; readonly unwritten: number };
  /** The field with the resources of each pod. @default - those of the containers of the pod template */
  readonly resources?: Field;
  /** The field with the size of the volume of each pod, or of the object where it has no pods. */
  readonly volume?: Field;
}

/** The key of a kind. */
export function keyOfKind({ group, kind }: Pick<KindKnowledge, 'group' | 'kind'>): KindKey {
  return `${group}/${kind}`;
}
