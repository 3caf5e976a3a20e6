import { keysOf } from '../../src/plain/records.ts';
import type { JitsiPart } from './sizes.ts';
import { type ContextName, JITSI_VARIABLES } from './variables.ts';

/**
 * What a value of an environment variable may hold, by the place in the program's configuration that its image puts
 * it into without escaping. Read from the templates and start scripts of stable-11146-2.
 */
interface Context {
  /** What the image does with the value, in words that follow `the image`. */
  readonly place: string;
  /** A character that must not be in it. */
  readonly refused?: RegExp;
  /** What the whole value has to look like. */
  readonly shape?: RegExp;
  readonly remedy: string;
}

const CONTEXTS: Readonly<Record<ContextName, Context>> = {
  /** Everything that is not named below, so that a variable nobody has looked at cannot do harm. */
  word: {
    place: 'may put it anywhere in its configuration',
    refused: /[^A-Za-z0-9._-]/u,
    remedy:
      'write letters, digits, dots, dashes and underscores only; for anything else, change the ConfigMap with an override',
  },
  number: {
    place: 'puts it into its configuration as a number',
    shape: /^(?:-?[0-9]+(?:\.[0-9]+)?|true|false|)$/,
    remedy: 'write a number',
  },
  address: {
    place: 'puts it into a line of its configuration without quotes',
    refused: /[^A-Za-z0-9._:/@,+%=?~*[\]-]/u,
    remedy: 'write it without spaces, quotes, semicolons or braces',
  },
  addresses: {
    place: 'puts it into a line of its configuration without quotes',
    refused: /[^A-Za-z0-9._:/@,+%=?~*[\] -]/u,
    remedy: 'write addresses with spaces between them, such as 10.43.0.10 valid=10s',
  },
  path: {
    place: 'passes it to a shell',
    refused: /[^A-Za-z0-9._/-]/u,
    remedy: 'write a path of letters, digits, dots, dashes and underscores',
  },
  javaOptions: {
    place: 'passes it to a shell',
    shape: /^(?:-D[A-Za-z0-9._-]+=[A-Za-z0-9._:/@,+%-]*(?: |$))*$/,
    remedy: 'write -Dname=value, with single spaces between several',
  },
  script: {
    place: 'puts it between single quotes in the script of the page',
    refused: /['\\<\t]/u,
    remedy: 'remove this character (an apostrophe can be written ’)',
  },
  scriptList: {
    place: 'puts it into the script of the page',
    shape: /^(?:\[ *(?:'[A-Za-z0-9._ -]*' *(?:, *(?=')|(?=\])))* *\]|)$/,
    remedy: "write a list such as ['VP9', 'VP8']",
  },
  header: {
    place: 'puts it into a header of nginx, between double quotes',
    refused: /[^ !#%-[\]-~]/u,
    remedy: 'write plain ASCII without double quotes, backslashes or dollar signs',
  },
  lua: {
    place: "puts it between quotes in Prosody's configuration",
    refused: /["'\\\t]/u,
    remedy: 'remove this character',
  },
  luaSettings: {
    place: "puts it into Prosody's configuration, which is a program",
    shape: /^(?: *[a-z_][a-z0-9_]* *= *(?:true|false|-?[0-9]+(?:\.[0-9]+)?|'[^'"\\\t,;]*') *(?:[,;]|$))*$/,
    remedy:
      "write settings such as muc_room_locking = false, with true, false, a number or text in '…' as their values",
  },
  hocon: {
    place: 'puts it between double quotes in its configuration',
    refused: /["\\\t]/u,
    remedy: 'remove this character',
  },
  duration: {
    place: 'puts it into its configuration without quotes',
    shape: /^(?:[0-9]+ ?[a-z]*|)$/,
    remedy: 'write a number and a unit, such as 24 hours',
  },
  regionGroups: {
    place: 'puts it into its configuration without quotes',
    shape: /^(?: *\[[A-Za-z0-9_, -]*\] *(?:, *(?=\[)|$))*$/,
    remedy: 'write lists of regions, such as [eu-west, eu-central], [us-east]',
  },
  delays: {
    place: 'puts it into its configuration without quotes',
    shape: /^(?:\{[0-9:=, ]*\}|)$/,
    remedy: 'write delays such as {50: 1000, 100: 2000}',
  },
  line: {
    place: 'puts it into a line of its configuration',
    refused: /\t/u,
    remedy: 'remove this character',
  },
};

/** Why a value cannot be given to a program; words that follow the variable's name. */
export interface UnfitValue {
  readonly what: string;
  readonly remedy: string;
}

/**
 * Whether a value stays in its place in the configuration that an image makes from its environment.
 *
 * @returns undefined where it does
 */
export function unfitForJitsi(part: JitsiPart, variable: string, value: string): UnfitValue | undefined {
  const { place, refused, shape, remedy } = CONTEXTS[contextOf(part, variable)];
  const character = refused?.exec(value)?.[0];
  if (character !== undefined) {
    return { what: `contains ${shown(character)}, and the image ${place}`, remedy };
  }
  if (shape !== undefined && !shape.test(value)) {
    return { what: `is not valid: the image ${place}`, remedy };
  }
  return undefined;
}

function contextOf(part: JitsiPart, variable: string): ContextName {
  const table = JITSI_VARIABLES[part];
  return keysOf(table).find((name) => table[name]?.includes(variable)) ?? 'word';
}

/** A character as a person finds it in the text. */
function shown(character: string): string {
  const names: Readonly<Record<string, string>> = { ' ': 'a space', '\t': 'a tab', "'": "an apostrophe (')" };
  return names[character] ?? `the character ${character}`;
}
