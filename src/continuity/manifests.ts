import { CONFIG_MAP } from '../kinds/keys.ts';
import { LIMITS } from '../stack/limits.ts';
import { isManifest, type Manifest } from '../stack/manifest.ts';
import { readYaml } from '../stack/reading/yaml-source.ts';
import { KINDS_OF_DATA } from './facts.ts';

/** Documents of one file; a rendered one has some ten. */
const MOST_DOCUMENTS = 500;

/** What came of reading a file of dist/: its objects, or where and why it cannot be read. */
export type OldManifests =
  | { readonly manifests: readonly Manifest[] }
  | { readonly line: number; readonly problem: string };

/**
 * The objects of a file of dist/ that data depends on. The file may hold anything by now: a conflict of git, or what
 * somebody else has put there.
 *
 * @param file name for messages
 */
export function oldManifests(file: string, text: string): OldManifests {
  if (text.length > LIMITS.fileLength) return { line: 1, problem: 'it is larger than any rendered file' };
  const manifests: Manifest[] = [];
  let line = 1;
  for (const [index, document] of text.split(/^---[ \t]*\r?$\n?/m).entries()) {
    if (index === MOST_DOCUMENTS) return { line, problem: `it holds more than ${MOST_DOCUMENTS} documents` };
    if (mayHoldData(document)) {
      const read = readYaml(file, document);
      const [wrong] = read.diagnostics;
      if (wrong !== undefined) return { line: line + wrong.position.line - 1, problem: wrong.what };
      if (isManifest(read.source?.data)) manifests.push(read.source.data);
    }
    line += newlines(document) + 1;
  }
  return { manifests };
}

/** Reading YAML takes longer than all else here: what is plainly of another kind is left out. */
function mayHoldData(document: string): boolean {
  const kind = /^kind: (\w+)$/m.exec(document)?.[1];
  if (kind === undefined || /^[<>=]{7}/m.test(document)) return /\S/.test(document);
  if (`/${kind}` === CONFIG_MAP) return document.includes('homeserver.yaml');
  return KINDS_OF_DATA.has(kind);
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
