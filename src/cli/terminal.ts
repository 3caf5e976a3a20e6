import { visible } from '../plain/visible.ts';
import { withLocalCommands } from './invocation.ts';

declare const SHOWN: unique symbol;

/**
 * Text for a terminal, a log or a program that reads it: nothing in it acts on a terminal but line breaks and the
 * colours of {@link Style}. Only what this file makes is one, and only such text can be written.
 */
export type Shown = string & { readonly [SHOWN]: true };

/** A part of a line with a colour of its own. */
export class Coloured {
  readonly text: string;

  constructor(start: string, text: string) {
    this.text = start === '' ? visible(text) : `${start}${visible(text)}${RESET}`;
  }
}

/** Colours for a terminal; none elsewhere. */
export interface Style {
  bold(text: string): Coloured;
  red(text: string): Coloured;
}

const BOLD = '\u001b[1m';
const RED = '\u001b[31m';
const RESET = '\u001b[0m';

/** Colour on a terminal only, and never where NO_COLOR is set (https://no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  const plain = stream.isTTY !== true || (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '');
  const style = (start: string) => (text: string) => new Coloured(plain ? '' : start, text);
  return { bold: style(BOLD), red: style(RED) };
}

/**
 * One line. What is put into it may come from anywhere: control characters, line breaks and characters that turn the
 * direction of text are shown as escapes. Commands of this program (`ownCommand`) are put as they work here.
 *
 * @example line`wrote ${path}`
 */
export function line(parts: TemplateStringsArray, ...values: readonly (string | number | Coloured)[]): Shown {
  const texts = values.map((value) =>
    value instanceof Coloured ? value.text : visible(withLocalCommands(String(value))),
  );
  return checked(inert(parts.map((part, index) => `${part}${texts[index] ?? ''}`).join('')));
}

/** A line that no CI system takes for a command of its own, such as `::add-mask::` at the beginning of a log's line. */
function inert(text: string): string {
  return text.replace(/^(\s*)(?=::|##\[)/, '$1\\');
}

/** Lines below each other, each with its line break; nothing where there are none. */
export function lines(all: readonly Shown[]): Shown {
  return checked(all.map((one) => `${one}\n`).join(''));
}

/** Text of several lines of another program's or library's making, such as a stack trace. */
export function paragraph(text: string): Shown {
  return checked(
    text
      .split('\n')
      .map((one) => inert(visible(one)))
      .join('\n'),
  );
}

/**
 * Data for programs. JSON leaves some characters as they are that a terminal acts on; as escapes they mean the same.
 * Commands of this program are put as in {@link line}.
 */
export function json(data: unknown): Shown {
  const local = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? withLocalCommands(value) : value;
  const text = JSON.stringify(data, local, 2);
  return checked(`${text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu, inJson)}\n`);
}

/** In JSON an escape is four digits: a character beyond them is written as its two halves. */
function inJson(character: string): string {
  return character
    .split('')
    .map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Writes to a person or a program. */
export function say(stream: { write(text: string): unknown }, text: Shown): void {
  stream.write(text);
}

/** What only a mistake in this file lets through. */
function checked(text: string): Shown {
  if (!isShown(text)) throw new Error('text for the terminal holds a control character');
  return text;
}

function isShown(text: string): text is Shown {
  const bare = [BOLD, RED, RESET].reduce((rest, colour) => rest.replaceAll(colour, ''), text);
  return !/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(bare);
}
