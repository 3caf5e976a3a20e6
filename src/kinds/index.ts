import { groupOf, type Manifest } from '../stack/manifest.ts';
import { availability } from './availability.ts';
import { certManager } from './cert-manager.ts';
import { cnpg } from './cnpg.ts';
import { core } from './core.ts';
import { flux } from './flux.ts';
import { type KindKey, type KindKnowledge, keyOfKind } from './kind.ts';
import { monitoring } from './monitoring.ts';
import { networking } from './networking.ts';
import { secretProviders } from './secret-providers.ts';
import { traefik } from './traefik.ts';
import { tunnel } from './tunnel.ts';
import { workloads } from './workloads.ts';

/** What says of which kind an object is. */
type ApiObject = Pick<Manifest, 'apiVersion' | 'kind'>;

/** Every kind of which something is known. */
export const KINDS: readonly KindKnowledge[] = [
  ...core,
  ...workloads,
  ...networking,
  ...availability,
  ...certManager,
  ...secretProviders,
  ...cnpg,
  ...traefik,
  ...tunnel,
  ...flux,
  ...monitoring,
];

const byKey: ReadonlyMap<KindKey, KindKnowledge> = new Map(KINDS.map((one) => [keyOfKind(one), one]));

/** What is known of a kind, of whatever version; undefined where nothing is. */
export function knowledgeOf(group: string, kind: string): KindKnowledge | undefined {
  return byKey.get(`${group}/${kind}`);
}

/** The same for an object. */
export function kindOf({ apiVersion, kind }: ApiObject): KindKnowledge | undefined {
  return knowledgeOf(groupOf(apiVersion), kind);
}

/** Whether an object is of a kind. */
export function isOf({ apiVersion, kind }: ApiObject, key: KindKey): boolean {
  return `${groupOf(apiVersion)}/${kind}` === key;
}
