import { type Data, isRecord, text as textOf } from '../../plain/data.ts';
import { type PlainSecret, secretByForm, TO_SECRET } from '../../plain-secrets/forms.ts';
import {
  isAuthorization,
  lineProblem,
  type Style,
  secretInWords,
  secretsInLines,
} from '../../plain-secrets/lines.ts';
import { isLiteral, isSecretName } from '../../plain-secrets/names.ts';
import {
  CODE_FILE,
  FILE_OPTIONS,
  FREE_GROUPS,
  NO_SECRET_IN_GROUP,
  REFERENCE_FIELDS,
  SECRET_GROUPS,
  SETTINGS_FILE,
} from '../../plain-secrets/words.ts';
import { placeholderIn } from '../../stack/placeholders.ts';
import { fieldPath, itemPath } from '../reading/data.ts';
import { isSecret, isSopsEncrypted } from '../reading/sops.ts';
import { commentsOf, decodedText, readEmbedded, wideText } from './embedded.ts';

/** Something that must not be there, and where. */
export interface Found extends PlainSecret {
  readonly path: string;
}

/** Texts within texts (JSON in YAML in a ConfigMap) are followed this far. */
const DEEPEST_TEXT = 4;
/** No object of Kubernetes and no configuration is deeper. */
const DEEPEST_VALUE = 200;

interface Place {
  readonly path: string;
  /** The key of the value; that of the list for its items. */
  readonly key: string;
  /** The key of the group around it. */
  readonly parent: string;
  /** Whether these are the fields of an object, and not a program's configuration. */
  readonly isObject: boolean;
  /** How many texts it lies in. */
  readonly texts: number;
  readonly depth: number;
}

/** Looks for plain secrets everywhere in an object: fields, variables, arguments, and the texts in them. */
export function secretsIn(object: Data): readonly Found[] {
  const found: Found[] = [];
  const place = { path: '', key: '', parent: '', isObject: true, texts: 0, depth: 0 };
  inspect(object, place, { found, seen: new Set(), seenAsSecret: new Set(), forms: true });
  return found;
}

interface Search {
  readonly found: Found[];
  /** Groups and lists looked at: aliases of YAML would show them again and again. */
  readonly seen: Set<unknown>;
  /** The same for those under the name of a secret, where their values mean something else. */
  readonly seenAsSecret: Set<unknown>;
  /** False where the text that this was read from has been searched for forms, and had one. */
  readonly forms: boolean;
}

function inspect(value: unknown, place: Place, search: Search): void {
  if (typeof value === 'string' || typeof value === 'number') {
    inspectScalar(value, place, search);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const isSecret = isSecretName(place.key) || Object.hasOwn(SECRET_GROUPS, place.key);
  const seen = isSecret ? search.seenAsSecret : search.seen;
  if (seen.has(value)) return;
  seen.add(value);
  if (place.depth > DEEPEST_VALUE) {
    const remedy = `nest at most ${DEEPEST_VALUE} groups and lists`;
    search.found.push({ path: place.path, what: 'is nested too deeply to be checked for secrets', remedy });
    return;
  }
  const depth = place.depth + 1;
  if (Array.isArray(value)) {
    const words = value.every((item) => typeof item === 'string') ? secretInWords(value) : undefined;
    if (words !== undefined) report(search, place.path, `holds a plain secret (${shown(words)})`, TO_SECRET);
    value.forEach((item, index) => {
      // Texts of a list are what its key says; a group in it has a meaning of its own.
      const key = isRecord(item) ? '' : place.key;
      inspect(item, { ...place, key, path: itemPath(place.path, item, index), depth }, search);
    });
  } else if (isRecord(value)) inspectGroup(value, { ...place, depth }, search);
}

function inspectGroup(group: Data, place: Place, search: Search): void {
  const { path, key: parent, depth, texts } = place;
  const isObject = place.isObject || (typeof group.apiVersion === 'string' && typeof group.kind === 'string');
  const hidden = hiddenFields(group, path, search);
  const pair = textOf(group.name) ?? textOf(group.key);
  // A key of JSON Web Keys that can sign, not only check.
  if (typeof group.kty === 'string' && (typeof group.d === 'string' || typeof group.k === 'string')) {
    report(search, path, 'holds a private key', TO_SECRET);
  }
  const areSecrets = !isObject && isGroupOfSecrets(group, parent);
  for (const [key, value] of Object.entries(group)) {
    if (hidden.has(key) || (isObject && isKeyToFill(group, key))) continue;
    const below = { path: fieldPath(path, key), key, parent, isObject, texts, depth };
    if (key === 'value' && pair !== undefined) inspectPair(pair, value, below, search);
    else if (areSecrets && typeof value === 'string' && isLiteral(value) && !NO_SECRET_IN_GROUP.test(key)) {
      report(search, below.path, 'holds a plain secret', parent === 'keys' ? 'use key_file' : TO_SECRET);
    } else inspect(value, below, search);
  }
}

/** `keys:` of LiveKit and the like: any name, and the secret that goes with it. */
function isGroupOfSecrets(group: Data, name: string): boolean {
  if (!Object.hasOwn(SECRET_GROUPS, name)) return false;
  return name !== 'keys' || Object.values(group).every((it) => typeof it === 'string');
}

/** What need not be looked at in a group that is an object: ciphertext, and values that are reported as a whole. */
function hiddenFields(group: Data, path: string, { found }: Search): ReadonlySet<string> {
  if (isSecret(group)) {
    if (isSopsEncrypted(group)) return new Set(['data', 'stringData']);
    const remedy = 'seal or encrypt it, or let another system make it';
    for (const field of ['data', 'stringData']) {
      if (isRecord(group[field]) ? Object.keys(group[field]).length === 0 : group[field] === undefined)
        continue;
      found.push({ path: fieldPath(path, field), what: 'would be committed in plain text', remedy });
    }
    return new Set(['data', 'stringData']);
  }
  return new Set();
}

/** A list's item with a name and a value: a variable, a header, an argument of a chart. */
function inspectPair(name: string, value: unknown, place: Place, search: Search): void {
  const isSecret = isSecretName(name) && isLiteral(value);
  if (isSecret || (typeof value === 'string' && isAuthorization(name, value))) {
    const remedy = 'write valueFrom: {secretKeyRef: {name: …, key: …}} with a Secret of secrets.own';
    report(search, place.path, 'holds a secret as a plain value', remedy);
  } else inspect(value, place, search);
}

function inspectScalar(value: string | number, place: Place, search: Search): void {
  const { path, key, parent } = place;
  if (place.isObject && parent === 'binaryData' && typeof value === 'string') {
    inspectBytes(value, place, search);
    return;
  }
  const form = typeof value === 'string' && search.forms ? secretByForm(value) : undefined;
  if (form !== undefined) search.found.push({ ...form, path });
  const isNamed = isSecretName(key, parent) && isLiteral(value) && !isReference(value, place);
  // A program that reads a file of YAML or JSON fills in nothing: the placeholder is not a reference, but the secret.
  const isUnfilled = !place.isObject && typeof value === 'string' && placeholderIn(value) !== undefined;
  if (isUnfilled && !isNamed && form === undefined && isSecretName(key, parent)) {
    report(search, path, 'holds a placeholder that nothing replaces', remedyFor(key));
    return;
  }
  if (isNamed || (typeof value === 'string' && isAuthorization(key, value))) {
    if (form === undefined) reportNamed(value, place, search);
    return;
  }
  if (typeof value === 'string') inspectText(value, place, { ...search, forms: form === undefined });
}

function reportNamed(value: string | number, place: Place, search: Search): void {
  const isVariable = place.isObject && place.path === fieldPath('data', place.key);
  if (isVariable && typeof value === 'string' && !value.includes('\n')) {
    report(search, place.path, 'is the value of a secret variable', TO_SECRET);
  } else report(search, place.path, 'holds a plain secret', remedyFor(place.key));
}

function remedyFor(key: string): string {
  const option = Object.hasOwn(FILE_OPTIONS, key) ? FILE_OPTIONS[key] : undefined;
  return option === undefined
    ? TO_SECRET
    : `write ${option} with the path of a file instead, and give the program that file from a Secret of secrets.own with extraFiles`;
}

/** A field that names a Secret, or a key of one. */
function isReference(value: unknown, { key, parent, isObject }: Place): boolean {
  return (
    isObject &&
    Object.hasOwn(REFERENCE_FIELDS, key) &&
    !FREE_GROUPS.has(parent) &&
    typeof value === 'string' &&
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value)
  );
}

/** Of an ExternalSecret: the key of a Secret that a value goes to, in any spelling that such a key can have. */
function isKeyToFill(group: Data, field: string): boolean {
  const name = textOf(group[field]) ?? '';
  return (
    field === 'secretKey' &&
    isRecord(group.remoteRef) &&
    /^[A-Za-z0-9][-._A-Za-z0-9]{0,126}$/.test(name) &&
    secretByForm(name) === undefined
  );
}

/** What External Secrets fills in: texts with actions of Go templates, which no reader of YAML or JSON takes. */
const TEMPLATES = 'spec.target.template.data';
const ACTION = /\{\{(?:[^{}"]|"[^"]*")*\}\}/g;

/** The texts in a text: base64, YAML or JSON, or lines. */
function inspectText(written: string, place: Place, search: Search): void {
  const text = place.path.startsWith(TEMPLATES) ? written.replaceAll(ACTION, '') : written;
  const { path, key, texts } = place;
  if (text.length < 6 || texts >= DEEPEST_TEXT) return;
  const decoded = decodedText(text);
  if (decoded !== undefined) {
    if (key === 'auth' && /^[^\s:]+:\S+$/.test(decoded))
      report(search, path, 'holds a plain secret', TO_SECRET);
    else inspectText(decoded, { ...place, texts: texts + 1 }, searchForms(decoded, path, search));
    return;
  }
  const { documents, problem } = readEmbedded(text, /\.(?:ya?ml|json)$/.test(key));
  if (problem !== undefined) {
    report(search, path, problem.what, problem.remedy);
    return;
  }
  if (documents === undefined) {
    const isOneLine = !text.includes('\n') && !key.includes('.');
    for (const line of secretsInLines(text, styleOf(key))) {
      const { what, remedy } = lineProblem({ ...line, ...named(line.name) }, TO_SECRET, isOneLine);
      report(search, path, what, remedy);
    }
    return;
  }
  const inner: Search = { ...search, found: [] };
  const root = { path: '', key: '', parent: '', isObject: false, texts: texts + 1, depth: 0 };
  if (documents.length === 1) inspect(documents[0], root, inner);
  else inspect(documents, root, inner);
  for (const { path: at, what, remedy } of inner.found)
    report(search, path, `${what} at ${shown(at)}`, remedy);
  if (!text.includes('#')) return;
  for (const line of secretsInLines(commentsOf(text))) {
    const { what, remedy } = lineProblem({ ...line, ...named(line.name) }, 'remove the comment', false);
    report(search, path, what, remedy);
  }
}

/** Bytes of a ConfigMap: text in any encoding is read as such, anything else is searched for forms. */
function inspectBytes(base64: string, place: Place, search: Search): void {
  const text = decodedText(base64) ?? wideText(base64);
  const form = secretByForm(text ?? Buffer.from(base64, 'base64').toString('latin1'));
  if (form !== undefined) search.found.push({ ...form, path: place.path });
  if (text !== undefined) {
    inspectText(text, { ...place, texts: place.texts + 1 }, { ...search, forms: form === undefined });
  }
}

function styleOf(name: string): Style {
  if (SETTINGS_FILE.test(name)) return 'settings';
  return CODE_FILE.test(name) ? 'code' : 'text';
}

/** A text that was encoded is searched for forms again. */
function searchForms(text: string, path: string, search: Search): Search {
  const form = search.forms ? secretByForm(text) : undefined;
  if (form !== undefined) search.found.push({ ...form, path });
  return { ...search, forms: form === undefined };
}

function report({ found }: Search, path: string, what: string, remedy: string): void {
  found.push({ path, what, remedy });
}

function named(name: string | undefined): { readonly name: string | undefined } {
  return { name: name === undefined ? undefined : shown(name) };
}

/** A name on one line, without anything that a terminal would follow. */
function shown(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7E\u00A1-\u1FFF]/g, '?');
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain;
}
