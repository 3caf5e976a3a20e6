import type { Comparison } from '../disk/tree.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { ownCommand } from '../stack/own-command.ts';
import { allDeliveries } from '../system/delivery/index.ts';
import { schemaPath } from './invocation.ts';

/** Something that a person should know and that stops nothing. */
export interface Notice {
  /** The file or folder that it is about, from where the command runs. */
  readonly file: string;
  /** Where in it. @default - the whole of it */
  readonly line?: number;
  readonly column?: number;
  readonly code?: Diagnostic['code'];
  readonly what: string;
  readonly remedy: string;
}

/** What is worth knowing about a place in a file. */
export function noticeAt({ position, code, what, remedy }: Diagnostic): Notice {
  return { ...position, code, what, remedy };
}

/** What of a stack's entry decides whether something is said of its schema. */
interface Named {
  readonly file: string;
  /** Undefined where something is wrong with it. */
  readonly stack: unknown;
  readonly namesSchema?: boolean;
}

/** Editors complete and check a stack file whose first line names the schema: said once, for all that do not. */
export function schemaNotices(entries: readonly Named[], stacks: string): readonly Notice[] {
  const path = schemaPath(stacks);
  const files = entries.flatMap(({ file, stack, namesSchema }) =>
    stack !== undefined && !namesSchema ? [file] : [],
  );
  const [first] = files;
  if (path === undefined || first === undefined) return [];
  const others = files.length === 1 ? '' : ` (and ${files.length - 1} more)`;
  return [
    {
      file: `${first}${others}`,
      what: 'editors cannot complete or check this file, because it does not name its schema',
      remedy: `begin it with the line: # yaml-language-server: $schema=${path}`,
    },
  ];
}

/**
 * Files of people in the folders of the stacks that were rendered.
 *
 * @param replaced what becomes of those in the place of a rendered file
 */
export function ownFileNotices(
  { own = [], foreign = [] }: Pick<Comparison, 'own' | 'foreign'>,
  out: string,
  stacks: readonly string[],
  replaced: string,
): readonly Notice[] {
  const isOfStack = (path: string): boolean => stacks.includes(path.slice(0, path.indexOf('/')));
  return [
    ...own.filter(isOfStack).map((path) => ({
      file: `${out}/${path}`,
      what: 'this file was not rendered; it stays, but no kustomization lists it, so nothing applies it',
      remedy: `keep it outside of ${out}`,
    })),
    ...foreign.filter(isOfStack).map((path) => ({
      file: `${out}/${path}`,
      what: `the file here was not a rendered one, and ${replaced}`,
      remedy: `if it was yours, restore it from Git and keep it outside of ${out}`,
    })),
  ];
}

/**
 * Stacks whose rendered files were removed with their stack file: nobody is asked, since Git has both, but what Flux
 * leaves in the cluster is said.
 *
 * @param known names of stacks that are there, or that go on under another name
 */
export function goneNotices(
  removed: readonly string[],
  out: string,
  known: ReadonlySet<string>,
): readonly Notice[] {
  return removed.flatMap((path) => {
    const name = /^([^/]+)\/SUMMARY\.md$/.exec(path)?.[1];
    if (name === undefined || known.has(name)) return [];
    return [
      {
        file: `${out}/${name}`,
        what: `this was removed, because its stack file is gone; ${afterRemoval()}`,
        remedy: `if you did not mean that, restore the stack file from Git and run ${ownCommand('synth')}`,
      },
    ];
  });
}

/** What becomes of the objects of a stack that is gone. */
export function afterRemoval(): string {
  return allDeliveries.flatMap(({ neverPrune }) => neverPrune?.otherwise ?? []).join('; ');
}
