import { randomBytes } from 'node:crypto';
import { dump } from 'js-yaml';
import { compareText } from '../../plain/compare.ts';
import { checkedRecipients, encryptFor, type Identity } from '../age.ts';
import { SecretValue } from '../values/value.ts';
import { DATA_KEY_BYTES } from './cipher.ts';
import { boundName, readDocument, type SecretManifest } from './document.ts';
import {
  finished,
  removeValue,
  sealAgain,
  setAnnotation,
  setRecipients,
  setValue,
  timeText,
  withCommentsSealedAgain,
} from './edit.ts';
import { ENCRYPTED_REGEX } from './metadata.ts';
import { type OpenedDocument, openDocument, wipe } from './open.ts';
import { SopsProblem } from './problem.ts';

/** The release of sops that the files are made for and checked with (test/conformance/sops.test.ts). */
const SOPS_VERSION = '3.13.3';

/** What to change in a SOPS file. A key that is both removed and given a value has that value. */
export interface SopsChange {
  /** New values, of keys that are there or are new. */
  readonly values?: ReadonlyMap<string, SecretValue>;
  /** Keys to take out; those that are not there are no mistake. */
  readonly remove?: readonly string[];
  /** Annotations of the Secret; undefined takes one out. Never encrypted, but covered by the MAC. */
  readonly annotations?: Readonly<Record<string, string | undefined>>;
  /**
   * All who can open the file from now on, under a new key: who could open it before, or made it and kept its key,
   * cannot open this one.
   *
   * @default - the key and the recipients stay, also those that are not of age
   */
  readonly recipients?: readonly string[];
}

/**
 * A new SOPS file of a Secret: another text each time. A line of comment may be put above it.
 *
 * The MAC covers what the annotations say and their order, but by the format of sops neither their names nor
 * where one ends and the next begins.
 *
 * @param recipients who can open it, `age1…`
 * @param now goes into the file, to the second
 * @throws {AgeProblem} `recipient`
 */
export async function newSopsFile(
  manifest: SecretManifest,
  values: ReadonlyMap<string, SecretValue>,
  recipients: readonly string[],
  now: Date,
): Promise<string> {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const age = await wrapped(dataKey, recipients);
  const sops = {
    age,
    encrypted_regex: ENCRYPTED_REGEX,
    lastmodified: timeText(now),
    mac: '',
    version: SOPS_VERSION,
  };
  const text = dump({ ...inOrder(manifest), sops }, { lineWidth: -1, noRefs: true });
  const opened = { ...readDocument(text), dataKey, plain: new Map<string, Buffer>() };
  try {
    for (const [key, value] of values) setValue(opened, key, value);
    return finished(opened, now);
  } finally {
    wipe(opened);
  }
}

/**
 * The values of a file, those of `data` decoded. That they open says that nobody changed the file without its key;
 * it does not say who made it, since everybody can encrypt for a recipient.
 *
 * @throws {SopsProblem} any reason
 */
export async function openSopsFile(
  text: string,
  identities: readonly Identity[],
): Promise<ReadonlyMap<string, SecretValue>> {
  const opened = await openDocument(text, identities);
  try {
    return new Map(opened.values.map(({ key }) => [key, decodedValue(opened, key)]));
  } finally {
    wipe(opened);
  }
}

/**
 * Changes a file. What does not change keeps its text, comments included, and without other recipients its encrypted
 * values too; a change that changes nothing gives back the same text.
 *
 * @throws {SopsProblem} any reason, before anything is changed; `unsupported` also for other recipients of a file that
 *   has keys which are not of age: this program cannot encrypt for them
 * @throws {AgeProblem} `recipient`
 */
export async function changeSopsFile(
  text: string,
  identities: readonly Identity[],
  change: SopsChange,
  now: Date,
): Promise<string> {
  const opened = await openDocument(text, identities);
  try {
    const { recipients } = change;
    if (recipients !== undefined) return await readdressed(opened, recipients, change, now);
    return applied(opened, change) ? finished(opened, now) : text;
  } finally {
    wipe(opened);
  }
}

/**
 * The same Secret for other recipients, under a new key: who could open the file before cannot open this one.
 * What they have read before, they keep; and git keeps the old file.
 *
 * @param recipients all who can open it from now on
 * @throws {SopsProblem} any reason; `unsupported` also for a file that has keys beside those of age, which this
 *   program cannot encrypt for
 * @throws {AgeProblem} `recipient`
 */
export async function readdressSopsFile(
  text: string,
  identities: readonly Identity[],
  recipients: readonly string[],
  now: Date,
): Promise<string> {
  return await changeSopsFile(text, identities, { recipients }, now);
}

async function readdressed(
  opened: OpenedDocument,
  recipients: readonly string[],
  change: SopsChange,
  now: Date,
): Promise<string> {
  const [other] = opened.metadata.otherKinds;
  if (other !== undefined) {
    throw new SopsProblem(
      'unsupported',
      `the file can also be opened with a key of sops.${other}, which this program cannot encrypt for`,
      'change its values with `sops edit`, and its recipients with `sops rotate` or `sops updatekeys`',
    );
  }
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const next: OpenedDocument = { ...opened, dataKey };
  try {
    setRecipients(next, await wrapped(dataKey, recipients));
    sealAgain(next);
    applied(next, change);
    return withCommentsSealedAgain(finished(next, now), opened.dataKey, dataKey);
  } finally {
    wipe(next);
  }
}

/** @returns whether something changed */
function applied(
  opened: OpenedDocument,
  { values = new Map<string, SecretValue>(), remove = [], annotations = {} }: SopsChange,
): boolean {
  const changes = [
    ...remove.filter((key) => !values.has(key)).map((key) => removeValue(opened, key)),
    ...[...values].map(([key, value]) => setValue(opened, key, value)),
    ...Object.entries(annotations).map(([name, value]) => setAnnotation(opened, name, value)),
  ];
  return changes.includes(true);
}

async function wrapped(
  dataKey: Buffer,
  recipients: readonly string[],
): Promise<readonly { enc: string; recipient: string }[]> {
  const one = async (recipient: string) => ({ enc: await encryptFor([recipient], dataKey), recipient });
  return Promise.all(checkedRecipients(recipients).map(one));
}

/** A manifest as all files of this project have it: what names it first, the rest by name. */
function inOrder({ apiVersion, kind, metadata, type }: SecretManifest): object {
  const { name, namespace, annotations, labels } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations: sorted(annotations) }),
      ...(labels === undefined ? {} : { labels: sorted(labels) }),
    },
    ...(type === undefined ? {} : { type }),
  };
}

function sorted(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => compareText(a, b)));
}

function decodedValue({ values, plain }: OpenedDocument, key: string): SecretValue {
  const section = values.find((value) => value.key === key)?.section ?? 'stringData';
  const bytes = plain.get(boundName([section, key])) ?? Buffer.alloc(0);
  if (section === 'stringData') return new SecretValue(Buffer.from(bytes));
  // As Kubernetes reads it: line breaks do not count, anything else does.
  const base64 = bytes.toString('latin1').replace(/[\r\n]/g, '');
  const decoded = Buffer.from(base64, 'base64');
  if (decoded.toString('base64') === base64) return new SecretValue(decoded);
  const what = `the value of "${key}" in data is not Base64`;
  throw new SopsProblem(
    'unsupported',
    what,
    'write it in Base64, or move it to stringData, with `sops edit`',
  );
}
