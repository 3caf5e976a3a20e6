import type { Document, Scalar } from 'yaml';
import { visit } from 'yaml';
import { visible } from '../../plain/visible.ts';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { LIMITS } from '../limits.ts';
import { type ContentError, valueErrors } from './contents.ts';
import { type Content, readPlainText } from './plain-text.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';
import type { UsedText } from './yaml-text.ts';

/** What came of reading a file with several documents: those that can be read, and what is wrong with the others. */
export interface Documents {
  readonly documents: readonly YamlSource[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What ends a document. No value can hold such a line: https://yaml.org/spec/1.2.2/#rule-c-forbidden. */
const BOUNDARY = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

/**
 * Reads the documents of a YAML file that other programs read too, keeping the place of every value. Empty ones are
 * left out. What readers of YAML 1.1, such as kubectl, take for something else is an error.
 *
 * @param file name for messages, with forward slashes
 * @param used counts what is read, where several files have one limit together
 */
export function readDocuments(
  file: string,
  content: Content,
  used: UsedText = { marks: 0, lexemes: 0 },
): Documents {
  const { text, diagnostics } = readPlainText(file, content);
  if (text === undefined) return { documents: [], diagnostics };
  // Too long: its words for that are the same.
  if (text.length > LIMITS.fileLength) {
    return { documents: [], diagnostics: readYaml(file, text).diagnostics };
  }
  const parts = partsOf(text);
  const first = parts[LIMITS.includedObjects];
  if (first !== undefined) {
    const position = { file, line: first.line + 1, column: 1 };
    const what = `this file has more than ${LIMITS.includedObjects} documents`;
    return {
      documents: [],
      diagnostics: [
        {
          position,
          code: 'MG016',
          what,
          remedy: 'include less, and apply the rest with a Kustomization of its own',
        },
      ],
    };
  }
  const documents: YamlSource[] = [];
  const found: Diagnostic[] = [];
  for (const { part, line } of parts) {
    const moved = (position: Position): Position => ({ ...position, line: position.line + line });
    const read = readYaml(file, part, { errorsOf: bothVersions, used, linesBefore: line });
    found.push(...read.diagnostics.map((one) => ({ ...one, position: moved(one.position) })));
    if (used.marks > LIMITS.marks || used.lexemes > LIMITS.lexemes) break;
    const { source } = read;
    if (source === undefined || source.data === null) continue;
    documents.push({
      data: source.data,
      at: (path) => moved(source.at(path)),
      keyAt: (path) => moved(source.keyAt(path)),
      isBlank: (path) => source.isBlank(path),
    });
  }
  return { documents, diagnostics: found };
}

/** The text of each document, and how many lines come before it. */
function partsOf(text: string): readonly { readonly part: string; readonly line: number }[] {
  const parts: { part: string; line: number }[] = [];
  let line = 0;
  let start = 0;
  const take = (end: number, next: number): void => {
    const part = text.slice(start, end);
    parts.push({ part, line });
    line += newlines(part);
    start = next;
  };
  for (const { 0: marker, index } of text.matchAll(BOUNDARY)) {
    // The marker of an end belongs to no document; that of a beginning may have a value behind it.
    take(index, marker === '---' ? index : index + marker.length);
  }
  take(text.length, text.length);
  return parts.filter(({ part }) => part.trim() !== '');
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Values that nobody would get back, and those that other readers take for something else. */
function bothVersions(document: Document.Parsed): readonly ContentError[] {
  const found: ContentError[] = [...valueErrors(document)];
  visit(document, {
    Scalar: (_key, node) => {
      const finding = ambiguity(node);
      if (finding !== undefined) found.push({ offset: node.range?.[0] ?? 0, finding });
      return found.length < MOST ? undefined : visit.BREAK;
    },
  });
  return found;
}

/** More of one kind are most likely one mistake. */
const MOST = 20;
/** `yes` is text in YAML 1.2, and true in YAML 1.1. */
const TRUTH = /^(?:y|yes|on|n|no|off)$/i;
/** Octal in YAML 1.1 or 1.2 only, binary, and numbers with underscores. */
const NUMBER = /^[-+]?(?:0[0-9_]+|0o[0-7]+|0b[01_]+|0x[0-9a-f]*_[0-9a-f_]*|[1-9][0-9]*_[0-9_]*)$/i;

/**
 * A plain word that readers of YAML 1.1 and 1.2 read differently: the cluster would get something else than what its
 * writer tried with kubectl.
 *
 * @see https://yaml.org/type/bool.html
 * @see https://yaml.org/type/int.html
 */
function ambiguity({ type, source = '' }: Scalar): ContentError['finding'] | undefined {
  if (type !== 'PLAIN') return undefined;
  const shown = visible(source.slice(0, 40));
  if (TRUTH.test(source)) {
    const what = `${shown} is a truth value to kubectl, and text to other readers of YAML`;
    return { code: 'MG120', what, remedy: 'write true or false, or put it in quotes if it is text' };
  }
  if (!NUMBER.test(source)) return undefined;
  const octal = /^0o?[0-7]+$/i.test(source) ? Number.parseInt(source.replace(/^0o?/i, ''), 8) : undefined;
  return {
    code: 'MG120',
    what: `${shown} is a different number to each reader of YAML`,
    remedy: `write ${octal === undefined ? 'a plain number' : `${octal}, which is ${shown} in octal digits`}, or put it in quotes if it is text`,
  };
}
