import { type Document, isMap } from 'yaml';
import { valueAt } from '../plain/data.ts';
import type { Diagnostic } from './diagnostic.ts';
import { parsedDocument, rewritten } from './migrate-text.ts';
import { readYaml } from './reading/yaml-source.ts';
import { NEWEST_SCHEMA } from './schemas.ts';

/** One step from a schema of stack files to the next. */
export interface Migration {
  readonly from: number;
  readonly to: number;
  /** What it changes, for the person who reviews it: `synapse.media moves to media`. */
  readonly what: string;
  /**
   * Changes the document in place; comments stay with the nodes they belong to.
   * Takes parts of stack files as well, and leaves alone what already is as it should be.
   */
  change(document: Document): void;
}

/** Every migration there is, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  {
    from: 1,
    to: 2,
    what: 'new rooms are encrypted only where people are invited (synapse.encryptNewRooms: all keeps the former way), phones get a push for every encrypted message (push.encryptedEvents: false), profiles are shown only to people who are logged in (profilesNeedLogin: false), and federation needs TLS 1.2',
    // Only defaults differ: what the file says means the same.
    change: () => undefined,
  },
];

/** What came of a migration: the new text, or why there is none. */
export type Migrated =
  | {
      readonly text: string;
      readonly from: number;
      readonly to: number;
      /** What was changed; empty when there was nothing to do. */
      readonly steps: readonly string[];
      readonly diagnostics: readonly [];
    }
  | { readonly text: undefined; readonly diagnostics: readonly Diagnostic[] };

/** The schema a file says it is written in; undefined for one that says none, as a shared file may. */
export function writtenSchema(file: string, text: string): number | undefined {
  const { source } = readYaml(file, text);
  const written = source === undefined ? undefined : valueAt(source.data, ['schema']);
  return typeof written === 'number' ? written : undefined;
}

/**
 * Rewrites a stack file, or a file that stack files extend, in the newest schema. Comments and blank lines stay.
 *
 * @param options.schema the schema of a file that says none itself: that of the stacks which extend it
 */
export function migrate(
  file: string,
  text: string,
  {
    schema,
    migrations = MIGRATIONS,
  }: { readonly schema: number; readonly migrations?: readonly Migration[] },
): Migrated {
  const read = readYaml(file, text);
  if (read.source === undefined) return { text: undefined, diagnostics: read.diagnostics };
  const newest = Math.max(NEWEST_SCHEMA, ...migrations.map(({ to }) => to));
  const said = valueAt(read.source.data, ['schema']);
  const written = said === undefined ? schema : said;
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 1) {
    const what = `schema is ${JSON.stringify(written)}`;
    const remedy = `write a whole number from 1 to ${newest}`;
    const position = read.source.at(['schema']);
    return { text: undefined, diagnostics: [{ position, code: 'MG005', what, remedy }] };
  }
  if (written > newest) {
    return {
      text: undefined,
      diagnostics: [{ position: read.source.at(['schema']), code: 'MG005', ...newerThan(written, newest) }],
    };
  }
  const steps: string[] = [];
  let to = written;
  const document = parsedDocument(text);
  for (const migration of migrations) {
    if (migration.from !== to) continue;
    migration.change(document);
    to = migration.to;
    steps.push(migration.what);
  }
  if (steps.length === 0) return { text, from: written, to, steps, diagnostics: [] };
  if (isMap(document.contents) && document.contents.has('schema')) document.set('schema', to);
  return { text: rewritten(text, document), from: written, to, steps, diagnostics: [] };
}

/** What to say about a file written for a later release. */
export function newerThan(
  written: number,
  newest: number,
): { readonly what: string; readonly remedy: string } {
  return {
    what: `schema is ${written}, and this release supports schemas up to ${newest}`,
    remedy: `install matrix-gitops ${written}.0.0 or newer (npm install --save-dev matrix-gitops@${written})`,
  };
}
