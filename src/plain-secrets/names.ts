import {
  ENDINGS,
  FACT_ANNOTATIONS,
  HARMLESS_NAMES,
  PATH,
  REFERENCE,
  SOPS_VALUE,
  SWITCHES,
  VARIANTS,
} from './words.ts';

const alternatives = (words: readonly string[]): string => words.join('|');
const glued = ENDINGS.filter((it) => it.glued === true).map(({ word }) => word);
const whole = ENDINGS.filter((it) => it.glued !== true).map(({ word }) => word);
const ENDING = new RegExp(`(?:(?:^|_)(?:${alternatives(whole)})|(?:${alternatives(glued)}))s?$`);
const VARIANT = new RegExp(`_(?:\\d{1,4}|${alternatives(VARIANTS)})$`);

/** Longer names say nothing that their last part does not. */
const LONGEST_NAME = 200;

/** `clientSecret`, `client-secret` -> `client_secret`. */
function snakeCase(name: string): string {
  return name
    .slice(-LONGEST_NAME)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[-.]/g, '_')
    .toLowerCase();
}

/** Files ask for the same few names again and again. */
const known = new Map<string, boolean>();

/**
 * Whether the value under a name is a secret: a key of a configuration, an environment variable, an option of a
 * command, a header, an annotation.
 *
 * @param parent the key that the group with this key is under
 */
export function isSecretName(name: string, parent = ''): boolean {
  if (parent === 'webhook' && Object.hasOwn(HARMLESS_NAMES, `${parent}.${name}`)) return false;
  const before = known.get(name);
  if (before !== undefined) return before;
  const answer = namesSecret(name);
  if (known.size < 2000 && name.length < LONGEST_NAME) known.set(name, answer);
  return answer;
}

function namesSecret(name: string): boolean {
  if (FACT_ANNOTATIONS.test(name)) return false;
  const snake = snakeCase(name.slice(name.lastIndexOf('/') + 1));
  if (Object.hasOwn(HARMLESS_NAMES, snake)) return false;
  return ENDING.test(snake.replace(VARIANT, '')) || ENDING.test(snake);
}

/** Longer than any reference. */
const LONGEST_REFERENCE = 1000;

/**
 * Whether a value stands for itself: not empty, no switch, no ciphertext, no path of a file, and not only a reference
 * to be filled in later.
 */
export function isLiteral(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0 && value !== 1;
  if (typeof value !== 'string') return false;
  if (value.length > LONGEST_REFERENCE) return !SOPS_VALUE.test(value) && !isSealed(value);
  const trimmed = value.trim();
  return !(
    SWITCHES.has(trimmed.toLowerCase()) ||
    REFERENCE.test(trimmed) ||
    PATH.test(trimmed) ||
    SOPS_VALUE.test(trimmed) ||
    isSealed(trimmed)
  );
}

/** Lengths of RSA keys in bytes (2048 to 16384 bits), and of the tag of AES-GCM. */
const RSA = { least: 256, most: 2048, step: 8 } as const;
const TAG_BYTES = 16;

/** Whether a text has the form of a value that Sealed Secrets made: its lengths fit. */
export function isSealed(text: string): boolean {
  if (text.length < (RSA.least * 4) / 3 || text.length % 4 !== 0) return false;
  if (!/^[A-Za-z0-9+/]{8}/.test(text)) return false;
  const rsa = Buffer.from(text.slice(0, 4), 'base64').readUInt16BE(0);
  if (rsa < RSA.least || rsa > RSA.most || rsa % RSA.step !== 0) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length >= 2 + rsa + TAG_BYTES && bytes.toString('base64') === text;
}
