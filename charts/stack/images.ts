import * as z from 'zod';
import { keysOf, recordOf } from '../../src/plain/records.ts';
import { shortText } from '../../src/stack/fields.ts';
import type { KnownReleases } from '../../src/system/releases.ts';
import { entrances } from '../entrances/index.ts';
import { components, type ImageName } from '../index.ts';

/** What each component and each entrance declares about its images. */
const declared: readonly Readonly<Partial<Record<ImageName, KnownReleases>>>[] = [
  ...Object.values(components),
  ...Object.values(entrances),
].map(({ images }) => images);

/** Every image a stack can need, in the order of the components; then those of entrances. */
export const IMAGE_NAMES: readonly ImageName[] = declared.flatMap(keysOf);

const image = z.strictObject({
  repository: shortText
    .regex(
      /^[a-z0-9.-]+(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/,
      'write the full repository with its registry, such as docker.io/matrixdotorg/synapse',
    )
    .describe('Registry and repository.'),
  tag: shortText
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'write a fixed tag such as v1.163.2')
    .describe('A fixed tag; never latest.'),
  digest: shortText
    .regex(/^sha256:[0-9a-f]{64}$/, 'write sha256: and 64 hexadecimal digits')
    .optional()
    .describe('Pins the exact image behind the tag.'),
});

const listedImage = image.optional();

/** versions.yaml: which image each program runs from. One that no stack runs may be missing. */
export const versionsSchema = z.strictObject(
  recordOf<Record<ImageName, typeof listedImage>>(IMAGE_NAMES, () => listedImage),
);

/** A checked versions.yaml. */
export type Versions = z.infer<typeof versionsSchema>;

/** Full image references as Kubernetes takes them; empty for an image that versions.yaml does not have. */
export type Images = Readonly<Record<ImageName, string>>;

/** In the place of images while stack files are checked beside a versions.yaml that is wrong; never rendered. */
export const NO_IMAGES: Images = Object.freeze(recordOf<Images>(IMAGE_NAMES, () => ''));

/** `repository:tag`, with the digest behind it where one is given. */
export function imageReferences(versions: Versions): Images {
  return recordOf<Images>(IMAGE_NAMES, (name) => {
    const written = versions[name];
    if (written === undefined) return '';
    const { repository, tag, digest } = written;
    return `${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`;
  });
}

/** The releases of an image that this one of the tool was written for. */
export function knownReleases(name: ImageName): KnownReleases {
  const known = declared.find((images) => images[name] !== undefined)?.[name];
  if (known === undefined) throw new Error(`nobody declares the image "${name}"`);
  return known;
}

/** Why a tag does not fit this release of the tool, and what does; undefined when it fits. */
export function unfitTag(
  name: ImageName,
  tag: string,
): { readonly what: string; readonly remedy: string } | undefined {
  const known = knownReleases(name);
  const match = known.tag.exec(tag);
  const remedy = `write a tag such as ${known.example}`;
  if (match === null) return { what: `"${tag}" is not a valid release tag for ${name}`, remedy };
  if (known.except?.tags.test(tag) === true) {
    return { what: `"${tag}" does not work for ${name}: ${known.except.because}`, remedy };
  }
  const numbers = match.slice(1).map((group) => Number(group ?? 0));
  for (const [index, least] of known.atLeast.entries()) {
    const number = numbers[index] ?? 0;
    if (number > least) return undefined;
    if (number < least) {
      return {
        what: `"${tag}" is older than this tool supports (${known.because})`,
        remedy: `${remedy} or newer`,
      };
    }
  }
  return undefined;
}
