import { keysOf } from '../../plain/records.ts';
import type { Delivery, Mark } from './delivery.ts';
import { flux } from './flux.ts';
import { kustomize } from './kustomize.ts';

/** Every way in which the files of dist/ reach the cluster. What is rendered works for each, never for two at once. */
export const deliveries = { flux, kustomize };

/** One of {@link deliveries}. */
export type DeliveryName = keyof typeof deliveries;

/** Every {@link DeliveryName}. */
export const DELIVERY_NAMES = keysOf(deliveries);

/** The same without their names. */
export const allDeliveries: readonly Delivery[] = DELIVERY_NAMES.map((name) => deliveries[name]);

/** The marks of an object whose data no commit brings back: it stays, whatever happens to its file. */
export const NEVER_PRUNE = annotations(({ neverPrune }) => neverPrune);

/** The marks of an object with `${…}` in a text: it is applied as it is. */
export const NO_SUBSTITUTION = annotations(({ noSubstitution }) => noSubstitution);

function annotations(of: (delivery: Delivery) => Mark | undefined): Readonly<Record<string, string>> {
  const marks = allDeliveries.flatMap((delivery) => of(delivery) ?? []);
  return Object.fromEntries(marks.map(({ key, value }) => [key, value]));
}

/** The marks of an object with these texts: those of {@link NO_SUBSTITUTION} without which one would be changed. */
export function substitutionMarks(texts: readonly string[]): Readonly<Record<string, string>> {
  return annotations(({ noSubstitution }) =>
    noSubstitution !== undefined && texts.some(noSubstitution.changes) ? noSubstitution : undefined,
  );
}

/** The delivery that has a folder of this name below dist/. */
export function deliveryIn(folder: string): Delivery | undefined {
  return allDeliveries.find((delivery) => delivery.folder?.name === folder);
}
