/** What every way of delivery is told, by annotations of the object. */
export { NEVER_PRUNE, NO_SUBSTITUTION, substitutionMarks } from '../system/delivery/index.ts';
