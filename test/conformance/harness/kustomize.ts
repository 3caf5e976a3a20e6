import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { kustomize } from '../tools/go.ts';
import { manifestFiles, nameOf, objectsIn, objectsOf, type Stack } from './dist.ts';
import { type Json, need, texts } from './json.ts';
import { attempt } from './programs.ts';

/**
 * What `kustomize build` makes of a folder, with its default of refusing files outside the folder. Throws on a
 * warning, too (a deprecated field, say): it is as much a defect as a failure.
 */
export async function built(folder: string): Promise<Json[]> {
  const { code, stdout, stderr } = await attempt(await kustomize(), ['build', folder]);
  if (code !== 0 || stderr !== '') throw new Error(`kustomize build ${folder}: ${code} ${stderr}`);
  return objectsIn(stdout, folder);
}

/** The manifest files that a folder's kustomization.yaml leads to, each as often as it is led to. */
export function reachable(folder: string): string[] {
  const list = join(folder, 'kustomization.yaml');
  const kustomization = need(objectsOf(list)[0], `an object in ${list}`);
  return texts(kustomization, 'resources').flatMap((entry) => {
    const path = resolve(folder, entry);
    if (!existsSync(path)) throw new Error(`${list} lists ${entry}, which does not exist`);
    return statSync(path).isDirectory() ? reachable(path) : [path];
  });
}

/** Objects in an order that does not depend on where they stand. */
export function sorted(objects: readonly Json[]): Json[] {
  const key = (object: Json): string => `${String(object.apiVersion)} ${nameOf(object)}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The stack's manifest files below its folder, sorted. */
export function ownFiles(stack: Stack): string[] {
  return below(stack, manifestFiles(stack.folder));
}

/**
 * Those that who applies the whole folder by hand is to get: all but Secrets that are encrypted by SOPS, which the
 * cluster would take with the ciphertext as their value, and which only Flux decrypts.
 */
export function filesForAll(stack: Stack): string[] {
  const files = manifestFiles(stack.folder);
  return below(
    stack,
    files.filter((file) => !objectsOf(file).some((object) => 'sops' in object)),
  );
}

/** Paths below the stack's folder, sorted. */
export function below({ folder }: Stack, files: readonly string[]): string[] {
  return files.map((file) => relative(folder, file)).sort();
}
