import { YAMLException } from 'js-yaml';
import type { PlainSecret } from '../../plain-secrets/forms.ts';
import { yamlDocuments } from '../../stack/yaml-documents.ts';

/** What a text turned out to be. */
export type Embedded =
  | { readonly documents: readonly unknown[]; readonly problem: undefined }
  | { readonly documents: undefined; readonly problem: PlainSecret | undefined };

/**
 * Reads a text as YAML or JSON.
 *
 * @param isPromised whether its name says that it is; a problem then, where it is not
 */
export function readEmbedded(text: string, isPromised: boolean): Embedded {
  if (!isPromised && !looksStructured(text)) return { documents: undefined, problem: undefined };
  try {
    const documents = yamlDocuments(text);
    const isOnlyText = !isPromised && documents.every((it) => typeof it !== 'object');
    return isOnlyText ? { documents: undefined, problem: undefined } : { documents, problem: undefined };
  } catch (error) {
    if (!isPromised) return { documents: undefined, problem: undefined };
    // The message repeats the text, which may hold a secret.
    const line =
      error instanceof YAMLException && error.mark !== undefined ? ` (line ${error.mark.line + 1})` : '';
    const what = `is not valid YAML or JSON${line}, so it cannot be checked for secrets`;
    const remedy = 'correct the text, or name the key without .yaml or .json';
    return { documents: undefined, problem: { what, remedy } };
  }
}

function looksStructured(text: string): boolean {
  const start = text.trimStart();
  if (/^(?:[[{]|---\s)/.test(start)) return true;
  if (!text.includes('\n')) return false;
  const first = /^(?![ \t]*(?:#|\r?$)).{1,300}/m.exec(text)?.[0] ?? '';
  return /^\s*(?:- |["']?[\w./-]{1,200}["']?\s*:(?:\s|$))/.test(first);
}

/** What Base64 holds, where that is text: four letters or more of any kind, or nothing that could be read. */
export function decodedText(text: string): string | undefined {
  const trimmed = text.trimEnd();
  if (trimmed.length < 12 || !/^[A-Za-z0-9+/\r\n]+={0,2}$/.test(trimmed)) return undefined;
  const packed = trimmed.replaceAll(/\s/g, '');
  if (packed.length % 4 !== 0) return undefined;
  const decoded = Buffer.from(packed, 'base64').toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has any of these is no text
  return /[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\uFFFD]/.test(decoded) ? undefined : decoded;
}

/** Base64 of text in UTF-16, by the mark at its beginning; undefined for anything else. */
export function wideText(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isLittle && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return undefined;
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return (isLittle ? whole : Buffer.from(whole).swap16()).toString('utf16le').slice(1);
}

/** The comments of a YAML text, each in its line. */
export function commentsOf(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? line : ''))
    .join('\n');
}
