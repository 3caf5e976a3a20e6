import { LineCounter } from 'yaml';
import { NEVER_PRUNE } from '../../kubernetes/flux-annotations.ts';
import { isRecord, valueAt } from '../../plain/data.ts';
import type { Diagnostic, Position } from '../../stack/diagnostic.ts';
import { isManifest, type Manifest } from '../../stack/manifest.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { type Path, readYaml, shortKey, type YamlSource } from '../../stack/reading/yaml-source.ts';
import { parseText } from '../../stack/reading/yaml-text.ts';
import type { Problem } from './problem.ts';
import { type Scope, scopeOf } from './scope.ts';

const API_VERSION = 'bitnami.com/v1alpha1';
const KIND = 'SealedSecret';

/**
 * On the Secret: it belongs to no object, so that it stays when the SealedSecret goes. The controller would
 * then take it for somebody else's and never update it again, were it not for the second.
 */
export const KEEP_SECRET = {
  'sealedsecrets.bitnami.com/managed': 'true',
  'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
} as const;

/** What a new SealedSecret is made of. */
export interface SealedSecretParts {
  readonly namespace: string;
  readonly name: string;
  /** The Secret's type. @default 'Opaque' */
  readonly type?: string;
  /** On the SealedSecret and on the Secret. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The Secret outlives its SealedSecret, and Flux deletes neither: for what nobody can make again. */
  readonly irreplaceable: boolean;
  /** On the SealedSecret only: what is to be known about its values without opening them. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Sealed values in base64, by key of the Secret. */
  readonly encryptedData: Readonly<Record<string, string>>;
}

/** The SealedSecret of one Secret, in `strict` scope. */
export function newSealedSecret(parts: SealedSecretParts): Manifest {
  const { namespace, name, type = 'Opaque', labels, irreplaceable, encryptedData } = parts;
  const annotations = { ...parts.annotations, ...(irreplaceable ? NEVER_PRUNE : {}) };
  const common = { name, namespace, ...(labels === undefined ? {} : { labels: { ...labels } }) };
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { ...common, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      encryptedData: { ...encryptedData },
      template: {
        type,
        metadata: { ...common, ...(irreplaceable ? { annotations: { ...KEEP_SECRET } } : {}) },
      },
    },
  };
}

/** What can be wrong with a file that should hold a SealedSecret. */
export type ManifestProblem = Problem<
  | 'not-yaml'
  | 'several-documents'
  | 'plain-secret'
  | 'no-sealed-secret'
  | 'old-format'
  | 'missing'
  | 'wrong-kind'
  | 'bad-key'
  | 'not-base64'
  | 'not-sealed'
>;

/** One sealed value of a SealedSecret. */
export interface SealedKey {
  /** The key of the Secret. */
  readonly key: string;
  /** The sealed value in base64. */
  readonly sealed: string;
  /** Where it stands. */
  readonly position: Position;
}

/** A SealedSecret as it was found in a file. */
export interface FoundSealedSecret {
  readonly namespace: string;
  readonly name: string;
  readonly scope: Scope;
  /** In the order of the file. */
  readonly keys: readonly SealedKey[];
  /** Of the SealedSecret. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the SealedSecret. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the Secret that comes of it. */
  readonly template: {
    readonly type: string | undefined;
    readonly annotations: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** The whole object, with whatever else stands in it. */
  readonly manifest: Manifest;
}

/** The sealed values of one Secret. */
export interface SealedValues {
  readonly namespace: string;
  readonly name: string;
  readonly scope: Scope;
  /** Sealed values in base64, by key. */
  readonly encryptedData: Readonly<Record<string, string>>;
}

/** What came of reading a file: a SealedSecret, or everything that is wrong. */
export type SealedSecretResult =
  | { readonly found: FoundSealedSecret; readonly problems: readonly [] }
  | { readonly found: undefined; readonly problems: readonly ManifestProblem[] };

type Report = (kind: ManifestProblem['kind'], at: Path, what: string, remedy: string) => void;

/**
 * Reads the text of a SealedSecret. What it says about problems never quotes a value: the file may hold a plain
 * Secret, or a plain value where a sealed one belongs.
 *
 * @param file name for messages, with forward slashes
 */
export function readSealedSecret(file: string, text: string): SealedSecretResult {
  const { source, diagnostics } = readYaml(file, text);
  if (source === undefined) return { found: undefined, problems: textProblems(file, text, diagnostics) };
  const problems: ManifestProblem[] = [];
  const report: Report = (kind, at, what, remedy) => {
    problems.push({ kind, position: source.at(at), what, remedy });
  };
  const found = readObject(source, report);
  return found === undefined || problems.length > 0
    ? { found: undefined, problems }
    : { found, problems: [] };
}

/** The parser's own words quote the text, so only its places are taken. */
function textProblems(
  file: string,
  text: string,
  diagnostics: readonly Diagnostic[],
): readonly ManifestProblem[] {
  const line = text.split('\n').findIndex((it) => /^[\s{]*["']?kind["']?\s*:\s*["']?Secret\b/.test(it)) + 1;
  if (line > 0) return [{ kind: 'plain-secret', position: { file, line, column: 1 }, ...PLAIN_SECRET }];
  const parsed = parseText(text, new LineCounter());
  if ('second' in parsed && parsed.second !== undefined) {
    const position = diagnostics[0]?.position ?? { file, line: 1, column: 1 };
    const what = 'the file holds several documents';
    return [{ kind: 'several-documents', position, what, remedy: 'keep one SealedSecret in a file' }];
  }
  return diagnostics.map(({ position, code, what, remedy }) => ({
    kind: 'not-yaml',
    position,
    ...(NAMES_NO_VALUE.includes(code)
      ? { what, remedy }
      : {
          what: 'this is not YAML',
          remedy:
            'correct the text here: indent with spaces, each key once, sealed values unbroken on one line',
        }),
  }));
}

/** Codes whose words never quote the text. */
const NAMES_NO_VALUE: readonly string[] = ['MG011', 'MG016', 'MG090'];

const PLAIN_SECRET = {
  what: 'this is a plain Secret: its values are only encoded, so whoever has the file has them',
  remedy:
    'delete the file without committing it; if it was committed, treat its values as known to others: ' +
    'replace them, then seal the new ones',
} as const;

function readObject(source: YamlSource, report: Report): FoundSealedSecret | undefined {
  const object = source.data;
  const kind = valueAt(object, ['kind']);
  if (kind === 'Secret' || (kind === 'List' && holdsSecret(valueAt(object, ['items'])))) {
    report('plain-secret', ['kind'], PLAIN_SECRET.what, PLAIN_SECRET.remedy);
    return undefined;
  }
  if (kind !== KIND || valueAt(object, ['apiVersion']) !== API_VERSION) {
    const at = isRecord(object) && 'kind' in object ? ['kind'] : [];
    const what = `this is not a ${KIND} of ${API_VERSION}`;
    report('no-sealed-secret', at, what, 'remove the file, and seal the values again');
    return undefined;
  }
  const named = (path: Path): string | undefined => {
    const value = valueAt(object, path);
    if (typeof value === 'string' && value !== '') return value;
    const what = `metadata.${path.at(-1)} is missing`;
    report(
      'missing',
      path,
      what,
      'write the one that the values were sealed for: under another they do not open',
    );
    return undefined;
  };
  const namespace = named(['metadata', 'namespace']);
  const name = named(['metadata', 'name']);
  const annotations = texts(object, ['metadata', 'annotations'], report);
  const labels = texts(object, ['metadata', 'labels'], report);
  const template: Path = ['spec', 'template'];
  const type = valueAt(object, [...template, 'type']);
  const made = {
    type: typeof type === 'string' ? type : undefined,
    annotations: texts(object, [...template, 'metadata', 'annotations'], report),
    labels: texts(object, [...template, 'metadata', 'labels'], report),
  };
  const keys = readKeys(source, report);
  if (namespace === undefined || name === undefined || !isManifest(object)) return undefined;
  const scope = scopeOf(annotations);
  return { namespace, name, scope, keys, annotations, labels, template: made, manifest: object };
}

function holdsSecret(items: unknown): boolean {
  return Array.isArray(items) && items.some((item) => valueAt(item, ['kind']) === 'Secret');
}

/** A mapping of text to text; empty when there is none. */
function texts(object: unknown, path: Path, report: Report): Readonly<Record<string, string>> {
  const value = valueAt(object, path) ?? {};
  const field = path.join('.');
  if (!isRecord(value)) {
    report(
      'wrong-kind',
      path,
      `${field} is not a group of keys`,
      'write one key and its value per line, or remove it',
    );
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => {
      if (typeof text === 'string') return [[key, text]];
      const what = `${field}: the value of ${shortKey(key)} is not text`;
      report('wrong-kind', [...path, key], what, 'put the value in quotes');
      return [];
    }),
  );
}

function readKeys(source: YamlSource, report: Report): readonly SealedKey[] {
  const path: Path = ['spec', 'encryptedData'];
  if (valueAt(source.data, ['spec', 'data']) !== undefined) {
    const what = 'spec.data holds all values sealed as one: an old form that is not supported';
    report('old-format', ['spec', 'data'], what, 'seal the values again, one by one');
  }
  const data = valueAt(source.data, path);
  if (!isRecord(data)) {
    const what = 'spec.encryptedData, the group of sealed values, is missing';
    report('missing', path, what, 'write it, or remove the file and seal the values again');
    return [];
  }
  return Object.entries(data).flatMap(([key, sealed]) => {
    const at = [...path, key];
    if (!/^[-._A-Za-z0-9]{1,253}$/.test(key) || key === '.' || key.startsWith('..')) {
      // Not quoted: it may be a value in the wrong place.
      const what = 'this is not a valid key of a Secret';
      report('bad-key', at, what, 'use letters, digits, - _ and . only, 253 at most');
      return [];
    }
    const wrong = flawOf(sealed);
    if (wrong === undefined) return [{ key, sealed: String(sealed), position: source.at(at) }];
    const remedy = `take the last good file from git; without one, remove this line and run ${ownCommand('secrets create')}; if this is a plain value that was committed, it is no longer secret: replace it with ${ownCommand('secrets rotate')}`;
    report(wrong.kind, at, `the value of ${key} ${wrong.what}`, remedy);
    return [];
  });
}

/** Why a value of `encryptedData` cannot be what sealing gives; undefined when it can. */
function flawOf(
  sealed: unknown,
): { readonly kind: 'not-base64' | 'not-sealed'; readonly what: string } | undefined {
  if (typeof sealed !== 'string') return { kind: 'not-base64', what: 'is not text' };
  const bytes = Buffer.from(sealed, 'base64');
  // The decoder skips what it does not know, so the way back tells.
  if (sealed === '' || bytes.toString('base64') !== sealed) {
    return { kind: 'not-base64', what: 'is not base64, or is damaged' };
  }
  if (!isSealed(bytes)) return { kind: 'not-sealed', what: 'is not sealed, or cut off' };
  return undefined;
}

/** Lengths of RSA keys, in bytes: 2048 to 16384 bits, in steps of 64. */
const RSA_BYTES = { least: 256, most: 2048, step: 8 } as const;
const TAG_BYTES = 16;

/** Whether the lengths fit: two bytes that say how long the RSA part is, the RSA part, a value, GCM's tag. */
function isSealed(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  const rsa = bytes.readUInt16BE(0);
  const { least, most, step } = RSA_BYTES;
  return rsa >= least && rsa <= most && rsa % step === 0 && bytes.length >= 2 + rsa + TAG_BYTES;
}

/** Whether a text has the form of a sealed value, as far as can be told without opening it. */
export function looksSealed(text: unknown): text is string {
  return flawOf(text) === undefined;
}
