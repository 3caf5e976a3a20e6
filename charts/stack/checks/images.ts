import { valueAt } from '../../../src/plain/data.ts';
import { keysOf } from '../../../src/plain/records.ts';
import type { ImageName } from '../../index.ts';
import { COMPONENT_NAMES, components } from '../../index.ts';
import { knownReleases } from '../images.ts';
import type { Check } from './check.ts';

/** What a stack runs has an image: a program that came with a newer release is not in an older versions.yaml. */
export const checkImages: Check = (written, stack) =>
  COMPONENT_NAMES.filter((name) => stack[name] !== undefined).flatMap((name) => {
    const images: Readonly<Partial<Record<ImageName, unknown>>> = components[name].images;
    return keysOf(images)
      .filter((image) => stack.images[image] === '')
      .map((image) => ({
        code: 'MG104',
        at: valueAt(written, [name]) === undefined ? [] : [name],
        what: `${name} runs the image ${image}, which is missing from the file with image versions`,
        remedy: remedy(image),
      }));
  });

function remedy(image: ImageName): string {
  const { program, example } = knownReleases(image);
  return `add it there: ${image}: {repository: …/${program}, tag: ${example}}`;
}
