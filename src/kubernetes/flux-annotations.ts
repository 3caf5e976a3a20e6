/** Annotations of an object that give instructions to every way of delivery. */
export { NEVER_PRUNE, NO_SUBSTITUTION, substitutionMarks } from '../system/delivery/index.ts';
