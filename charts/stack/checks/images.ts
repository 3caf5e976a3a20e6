import { valueAt } from '../../../src/plain/data.ts';
import { keysOf } from '../../../src/plain/records.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import { DOORS } from '../../../src/topology/topology.ts';
import { openEntrances } from '../../entrances/index.ts';
import type { ImageName } from '../../index.ts';
import { COMPONENT_NAMES, components } from '../../index.ts';
import { knownReleases } from '../images.ts';
import type { Check } from './check.ts';

/** What a stack runs has an image: a program that came with a newer release is not in an older versions.yaml. */
export const checkImages: Check = (written, stack) => {
  const missing = (who: string, images: ImagesOf, at: Path): readonly CheckFinding[] =>
    keysOf(images)
      .filter((image) => stack.images[image] === '')
      .map((image) => ({
        code: 'MG104',
        at,
        what: `${who} runs the image ${image}, which is missing from the file with image versions`,
        remedy: remedy(image),
      }));
  return [
    ...COMPONENT_NAMES.filter((name) => stack[name] !== undefined).flatMap((name) =>
      missing(name, components[name].images, valueAt(written, [name]) === undefined ? [] : [name]),
    ),
    ...openEntrances(stack).flatMap(({ entrance: { via, images }, doors }) => {
      const door = DOORS.find((one) => doors[one] !== undefined);
      return door === undefined ? [] : missing(`via: ${via}`, images, ['expose', door]);
    }),
  ];
};

type ImagesOf = Readonly<Partial<Record<ImageName, unknown>>>;

function remedy(image: ImageName): string {
  const { program, example } = knownReleases(image);
  return `add it there: ${image}: {repository: …/${program}, tag: ${example}}`;
}
