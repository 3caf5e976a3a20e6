/** Where a sealed value may be opened: as one Secret only, anywhere in its namespace, or anywhere. */
export type Scope = 'strict' | 'namespace-wide' | 'cluster-wide';

/** Annotation of a SealedSecret that says `"true"` for each scope but `strict`. */
export const SCOPE_ANNOTATIONS = {
  'cluster-wide': 'sealedsecrets.bitnami.com/cluster-wide',
  'namespace-wide': 'sealedsecrets.bitnami.com/namespace-wide',
} as const;

/** The scope that annotations say; as the controller does, the wider one counts when both stand there. */
export function scopeOf(annotations: Readonly<Record<string, unknown>>): Scope {
  if (annotations[SCOPE_ANNOTATIONS['cluster-wide']] === 'true') return 'cluster-wide';
  if (annotations[SCOPE_ANNOTATIONS['namespace-wide']] === 'true') return 'namespace-wide';
  return 'strict';
}

/** The annotations that say a scope; none for `strict`. */
export function scopeAnnotations(scope: Scope): Readonly<Record<string, string>> {
  return scope === 'strict' ? {} : { [SCOPE_ANNOTATIONS[scope]]: 'true' };
}
