/** Flux never deletes the object, whatever happens to the file that made it. */
export const NEVER_PRUNE = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } as const;

/** Flux leaves `${…}` in the object alone; without it a variable nobody set fails the whole layer. */
export const NO_SUBSTITUTION = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } as const;
