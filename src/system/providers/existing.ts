import { provider } from './provider.ts';

/** Secrets that people make in the cluster themselves. */
export interface Existing {
  readonly kind: 'existing';
}

/** Nothing is rendered: the cluster's operator creates the Secrets, with the commands in SECRETS.md. */
export const existing = provider({
  kind: 'existing',
  keeps: { elsewhere: 'by you, in the cluster' },
  about: 'in Secrets that you create yourself, in the cluster',
  fields: {},
  resolve: (): Existing => ({ kind: 'existing' }),
  origin: 'Made by you, in the cluster.',
});
