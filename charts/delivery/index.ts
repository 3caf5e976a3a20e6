import type { App } from 'cdk8s';
import type { RenderedFile } from '../../src/kubernetes/rendered-file.ts';
import { DELIVERY_NAMES, type DeliveryName } from '../../src/system/delivery/index.ts';
import type { Stack } from '../stack/stack.ts';
import { flux } from './flux.ts';
import { type KustomizationFile, kustomizations } from './kustomizations.ts';

/** What a way of delivery reads in addition to the objects. */
interface DeliveryFiles {
  /** Adds the objects that tell it what to apply, in files below dist/. @default - it needs none */
  readonly objects?: (app: App, stack: Stack, files: readonly RenderedFile[]) => void;
  /** Files that name others, below the stack's folder. @default - it needs none */
  readonly lists?: (stack: Stack, files: readonly Listed[]) => readonly KustomizationFile[];
}

type Listed = Pick<RenderedFile, 'path' | 'layer'>;

const DELIVERIES: Readonly<Record<DeliveryName, DeliveryFiles>> = {
  flux: { objects: flux },
  kustomize: { lists: kustomizations },
};

/**
 * Adds the objects of all ways of delivery.
 *
 * @param files the stack's own files, as overrides leave them
 */
export function deliveryObjects(app: App, stack: Stack, files: readonly RenderedFile[]): void {
  for (const name of DELIVERY_NAMES) DELIVERIES[name].objects?.(app, stack, files);
}

/** The files of all ways of delivery that name others. */
export function deliveryLists(stack: Stack, files: readonly Listed[]): readonly KustomizationFile[] {
  return DELIVERY_NAMES.flatMap((name) => DELIVERIES[name].lists?.(stack, files) ?? []);
}
