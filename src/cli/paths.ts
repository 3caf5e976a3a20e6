import { relative } from 'node:path';

/** A path from where the command runs: messages can be clicked, and headers are the same on every machine. */
export function fromHere(path: string): string {
  return slashes(relative('.', path));
}

/** The same path with forward slashes. */
export function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
