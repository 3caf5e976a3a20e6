import type { Delivery } from './delivery.ts';

/** `kubectl apply -k dist/STACK`, by hand or by any program that reads a kustomization.yaml: all layers at once. */
export const kustomize = { title: 'kustomize', decrypts: false } satisfies Delivery;
