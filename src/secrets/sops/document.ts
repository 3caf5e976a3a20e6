import { isMap, isScalar, type Scalar, type YAMLMap } from 'yaml';
import { readSealed, type Sealed } from './cipher.ts';
import { ENCRYPT_COMMAND, readMetadata, type SopsMetadata } from './metadata.ts';
import { TAKE_BACK } from './problem.ts';
import { readingOf } from './scalar.ts';
import { keyOf, leavesOf, mapAt, readSource, type SopsSource } from './source.ts';

/** Where a Secret keeps values: `data` in Base64, `stringData` as they are. */
export type Section = 'data' | 'stringData';

/** What names a Secret and describes it, without its values. */
export interface SecretManifest {
  readonly apiVersion: string;
  readonly kind: 'Secret';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** @default - Opaque, by Kubernetes */
  readonly type?: string;
}

/** A value of a Secret, encrypted. */
export interface SealedValue {
  readonly section: Section;
  readonly key: string;
  /** Undefined for an empty value, which sops does not encrypt. */
  readonly sealed: Sealed | undefined;
}

/** A SOPS file of one Secret, checked as far as that goes without its key. */
export interface SopsDocument extends SopsSource {
  readonly manifest: SecretManifest;
  readonly values: readonly SealedValue[];
  readonly metadata: SopsMetadata;
  /** Spaces of one level. */
  readonly indent: number;
}

const ENCRYPT = `encrypt it with ${ENCRYPT_COMMAND}`;
const LEAKED = 'and if the file was ever committed or shared, replace what it held';

/** What sops binds a value to, so that it opens at no other place of the file. */
export function boundName(path: readonly string[]): string {
  return `${path.join(':')}:`;
}

/** The section that a key at the top of a Secret is; undefined for any other. */
export function sectionOf(key: string | undefined): Section | undefined {
  return key === 'data' || key === 'stringData' ? key : undefined;
}

/**
 * Reads a SOPS file of one Secret.
 *
 * @throws {SopsProblem} `plain`, `no-secret` or `unsupported`
 */
export function readDocument(text: string): SopsDocument {
  const source = readSource(text);
  const { root, yaml } = source;
  checkKind(source);
  const block = root.get('sops', true);
  const metadata = readMetadata(isMap(block) ? block.toJS(yaml) : undefined);
  const values = valuesOf(source, metadata);
  const indent = /^( +)[^ #\r\n]/m.exec(text)?.[1]?.length ?? 2;
  return { ...source, manifest: manifestOf(source), values, metadata, indent };
}

function checkKind({ root, problem }: SopsSource): void {
  const kind = root.get('kind', true);
  const written = isScalar(kind) ? String(kind.value) : '';
  if (root.has('sops') && readSealed(written) !== undefined) {
    const what = 'even the kind is encrypted, so that Flux cannot tell what object it is';
    throw problem('unsupported', what, `decrypt it, and ${ENCRYPT}`, kind);
  }
  if (written !== 'Secret' || root.get('apiVersion') !== 'v1') {
    const found = /^[A-Za-z]{1,60}$/.test(written) ? written : 'something else';
    const what =
      written === 'Secret' ? 'the Secret is not of apiVersion v1' : `this is not a Secret but ${found}`;
    throw problem('no-secret', what, 'it must be a Secret of v1, encrypted by sops', kind);
  }
  if (root.has('sops')) return;
  const values = root.items.find((pair) => sectionOf(keyOf(pair)) !== undefined);
  const what = 'this Secret is not encrypted: whoever has the file can read its values';
  throw problem('plain', what, `${ENCRYPT}, ${LEAKED}`, values?.key);
}

/** All values, after checking that they are encrypted and that nothing else is. */
function valuesOf(source: SopsSource, metadata: SopsMetadata): readonly SealedValue[] {
  const { root, problem } = source;
  const values = new Map<string, SealedValue>();
  for (const { path, node } of leavesOf(root)) {
    const [top, key] = path;
    const section = sectionOf(top);
    if (section === undefined) {
      checkPlain(source, path, node, metadata);
      continue;
    }
    const isListed = mapAt(root, section)?.get(key, true) !== node;
    if (key === undefined || path.length > 2 || isListed) {
      throw problem(
        'unsupported',
        `${path.slice(0, 2).join('.')} is not text`,
        `write keys and text values in ${section}`,
        node,
      );
    }
    if (values.has(key)) {
      const what = `the key "${key}" is in data and in stringData`;
      throw problem('unsupported', what, 'remove one of them with `sops edit`', node);
    }
    values.set(key, { section, key, sealed: sealedOf(source, key, node, metadata.isEncrypted(path)) });
  }
  return [...values.values()];
}

function sealedOf(
  { problem }: SopsSource,
  key: string,
  node: Scalar,
  isEncrypted: boolean,
): Sealed | undefined {
  const reading = readingOf(node);
  if (reading.is === 'nothing') {
    const what = `the key "${key}" has no value`;
    throw problem('unsupported', what, 'give it a value with `sops edit`, or remove it', node);
  }
  const text = isEncrypted && reading.is === 'text' ? reading.text : undefined;
  if (text === '') return undefined;
  const sealed = text === undefined ? undefined : readSealed(text);
  if (sealed === undefined && text?.startsWith('ENC[')) {
    throw problem('changed', `the value of "${key}" is cut off or damaged`, TAKE_BACK, node);
  }
  if (sealed === undefined) {
    const what = `the value of "${key}" is not encrypted: whoever has the file can read it`;
    throw problem('plain', what, `${ENCRYPT}, ${LEAKED}`, node);
  }
  if (sealed.type === 'str') return sealed;
  const what = `the value of "${key}" is not text for sops but of type ${sealed.type}`;
  throw problem('unsupported', what, 'put it in quotes with `sops edit`', node);
}

function checkPlain(
  { problem }: SopsSource,
  path: readonly string[],
  node: Scalar,
  metadata: SopsMetadata,
): void {
  const name = path.join('.');
  if (metadata.isEncrypted(path)) {
    const what = `${name} is encrypted, and Flux needs to read it`;
    throw problem('unsupported', what, `decrypt it, and ${ENCRYPT}`, node);
  }
  if (readingOf(node).is === 'unclear') {
    const what = `${name} is a number or a time in an unsupported form`;
    throw problem('unsupported', what, 'put it in quotes with `sops edit`', node);
  }
}

/** What names and describes the Secret. */
function manifestOf(source: SopsSource): SecretManifest {
  const { root } = source;
  const metadata = mapAt(root, 'metadata');
  const name = metadata && textAt(source, metadata, 'name', 'metadata.name');
  if (metadata === undefined || name === undefined) {
    throw source.problem(
      'no-secret',
      'the Secret has no name',
      'give it metadata.name with `sops edit`',
      root,
    );
  }
  const namespace = textAt(source, metadata, 'namespace', 'metadata.namespace');
  const labels = textsAt(source, metadata, 'labels');
  const annotations = textsAt(source, metadata, 'annotations');
  const type = textAt(source, root, 'type', 'type');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(type === undefined ? {} : { type }),
  };
}

function textsAt(source: SopsSource, metadata: YAMLMap, key: string): Record<string, string> | undefined {
  const map = mapAt(metadata, key);
  if (map === undefined) return undefined;
  const entries = map.items.map((pair) => {
    const name = keyOf(pair);
    return [name, textAt(source, map, name, `metadata.${key}.${name}`) ?? ''] as const;
  });
  return Object.fromEntries(entries);
}

/** A text; undefined when nothing is written, or `null`. */
function textAt({ problem }: SopsSource, map: YAMLMap, key: string, name: string): string | undefined {
  const node = map.get(key, true);
  if (node === undefined) return undefined;
  const reading = isScalar(node) ? readingOf(node) : undefined;
  if (reading?.is === 'nothing') return undefined;
  if (reading?.is === 'text') return reading.text;
  throw problem('unsupported', `${name} is not text`, 'put it in quotes with `sops edit`', node);
}
