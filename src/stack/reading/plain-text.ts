import type { Diagnostic } from '../diagnostic.ts';
import { characterErrors, directiveErrors } from './contents.ts';
import { decodeText, notText } from './decode.ts';

/** A file's text, or its bytes as they were read. */
export type Content = string | Uint8Array;

/** What came of reading a file as text: text that every reader of YAML takes, or what is wrong with it. */
export type PlainText =
  | { readonly text: string; readonly diagnostics: readonly [] }
  | { readonly text: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * A file's text, as long as it is UTF-8 and holds nothing that readers of YAML refuse or read differently.
 *
 * @param file name for messages, with forward slashes
 */
export function readPlainText(file: string, content: Content): PlainText {
  const isText = typeof content === 'string' && !content.includes('\0');
  const decoded = isText ? { text: content } : decodeText(Buffer.from(content));
  if ('problem' in decoded) return { text: undefined, diagnostics: [notText(file, decoded.problem)] };
  const { text } = decoded;
  const errors = [...characterErrors(text), ...directiveErrors(text)];
  if (errors.length === 0) return { text, diagnostics: [] };
  const diagnostics = errors.map(({ offset, finding }) => {
    const start = text.lastIndexOf('\n', offset - 1) + 1;
    const line = text.slice(0, start).split('\n').length;
    return { position: { file, line, column: offset - start + 1 }, ...finding };
  });
  return { text: undefined, diagnostics };
}
