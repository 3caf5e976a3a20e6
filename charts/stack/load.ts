import { isRecord, valueAt } from '../../src/plain/data.ts';
import { visible } from '../../src/plain/visible.ts';
import type { Diagnostic, Position, Warning } from '../../src/stack/diagnostic.ts';
import { NO_SHARED_FILES, otherThanStack, type SharedFiles } from '../../src/stack/extends.ts';
import { checkFileName } from '../../src/stack/file-names.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { listed } from '../../src/stack/listed.ts';
import { newerThan } from '../../src/stack/migrate.ts';
import { type PathSet, pathSet } from '../../src/stack/reading/path-set.ts';
import type { Content } from '../../src/stack/reading/plain-text.ts';
import { checkTyped, readTypedYaml } from '../../src/stack/reading/typed-yaml.ts';
import { dotted, type Path, type YamlSource } from '../../src/stack/reading/yaml-source.ts';
import { NEWEST_SCHEMA } from '../../src/stack/schemas.ts';
import { COMPONENT_NAMES, components } from '../index.ts';
import { checkAccept } from './checks/accept.ts';
import { type Claims, claimsOf } from './checks/across.ts';
import { checkAdditions } from './checks/additions.ts';
import { checkAmounts } from './checks/amounts.ts';
import { checkCallNamespace } from './checks/call-namespace.ts';
import {
  checkCallAddress,
  checkPlaceholderAddress,
  checkPorts,
  checkTolerations,
} from './checks/call-nodes.ts';
import { checkCertificates } from './checks/certificates.ts';
import type { Check } from './checks/check.ts';
import { checkChoices } from './checks/choices.ts';
import { checkComponents } from './checks/components.ts';
import { checkDoorSettings } from './checks/door-settings.ts';
import { checkEntrances, checkTlsSecrets } from './checks/exposure.ts';
import { checkExtraFiles } from './checks/extra-files.ts';
import { checkAllowLists, checkGuardedHosts } from './checks/guarded-hosts.ts';
import { checkHosts } from './checks/hosts.ts';
import { checkImages } from './checks/images.ts';
import { checkNamedFiles } from './checks/named-files.ts';
import { checkName, checkNamespace } from './checks/names.ts';
import { checkOwnSecrets } from './checks/own-secrets.ts';
import { checkPlaceholders } from './checks/placeholders.ts';
import { checkRoutes } from './checks/routes.ts';
import { checkPlainConfig, checkSecretConfig } from './checks/secret-config.ts';
import { checkSecretProvider } from './checks/secret-provider.ts';
import { checkSecretUses } from './checks/secret-uses.ts';
import { checkUnlikely } from './checks/unlikely.ts';
import {
  IMAGE_NAMES,
  type Images,
  imageReferences,
  NO_IMAGES,
  unfitTag,
  type Versions,
  versionsSchema,
} from './images.ts';
import { farBeyond, unknownRepository } from './known-images.ts';
import { type GivenFiles, NO_GIVEN_FILES, readExtraFiles } from './read-extra-files.ts';
import { defaultName, resolve } from './resolve.ts';
import { stackSchema } from './schema.ts';
import type { Stack } from './stack.ts';

/** Rules over several fields, run once the choices are clear. */
const CHECKS: readonly Check[] = [
  checkHosts,
  checkEntrances,
  checkRoutes,
  checkDoorSettings,
  checkGuardedHosts,
  checkAllowLists,
  checkPorts,
  checkCallAddress,
  checkAmounts,
  checkComponents,
  checkName,
  checkNamespace,
  checkCallNamespace,
  checkTlsSecrets,
  checkCertificates,
  checkTolerations,
  checkAdditions,
  checkPlaceholders,
  checkSecretProvider,
  checkOwnSecrets,
  checkSecretConfig,
  checkPlainConfig,
  checkExtraFiles,
  checkNamedFiles,
  checkSecretUses,
  checkAccept,
];

/** What came of a stack file: a resolved stack, or everything that is wrong. */
export type LoadedStack = Loaded<Stack> & {
  /** The stack's name, as far as the file can be read: what it says, or the file's own name. */
  readonly name: string;
  /** The place of everything, in the file and in the files it extends. */
  readonly source: YamlSource | undefined;
  /** What no other stack may claim too; undefined when something is wrong. */
  readonly claims: Claims | undefined;
  /** What may be meant, of a file that nothing is wrong with. */
  readonly warnings: readonly Warning[];
};

/** Either what was read, or everything that is wrong with it. */
export type Loaded<T> =
  | { readonly value: T; readonly diagnostics: readonly []; readonly warnings: readonly Warning[] }
  | {
      readonly value: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly warnings: readonly [];
    };

/**
 * Reads a stack file with what it extends and resolves it, or says everything that is wrong.
 *
 * @param file name for messages, with forward slashes; also gives the stack its name when the file does not
 * @param content its text, or its bytes as they were read
 * @param shared the files that it can extend
 * @param given the files that it can give to programs
 */
export function loadStack(
  file: string,
  content: Content,
  images: Images,
  shared: SharedFiles = NO_SHARED_FILES,
  given: GivenFiles = NO_GIVEN_FILES,
): LoadedStack {
  const misnamed = checkFileName(file);
  if (misnamed.length > 0) {
    const name = visible(defaultName(file));
    return {
      value: undefined,
      diagnostics: misnamed,
      warnings: [],
      name,
      source: undefined,
      claims: undefined,
    };
  }
  const composed = shared.compose(file, content);
  const diagnostics = [...composed.diagnostics];
  const failed = (name = defaultName(file), source = composed.source): LoadedStack => ({
    value: undefined,
    // A file that is extended twice is reported once.
    diagnostics: listed([...new Set(diagnostics)]),
    warnings: [],
    name,
    source,
    claims: undefined,
  });
  if (composed.source === undefined) return failed();
  const other = isRecord(composed.own) ? otherThanStack(composed.own) : undefined;
  if (other !== undefined) {
    const remedy = 'move it out of the folder with the stack files';
    diagnostics.push({
      position: composed.source.at([]),
      code: 'MG091',
      what: `this is ${other}, not a stack file`,
      remedy,
    });
    return failed();
  }
  const read = checkTyped(composed.source, stackSchema);
  // What is missing may stand in the part that could not be read.
  const shape = read.diagnostics.filter(({ code }) => composed.complete || code !== 'MG003');
  diagnostics.push(...shape.map((one) => orNewerSchema(one, composed.source)));
  const { source, value: written } = read;
  if (source === undefined || written === undefined) return failed();
  if (!composed.complete) return failed(written.name, source);
  const faulty = pathSet(read.faulty);
  const report = (findings: readonly CheckFinding[]): void => {
    const news = findings.filter((finding) => !touches(finding, faulty));
    for (const finding of news) diagnostics.push(toDiagnostic(finding, source));
    for (const { at, other } of news) {
      faulty.add(at);
      if (other !== undefined) faulty.add(other);
    }
  };
  report(checkChoices(written));
  const extra = readExtraFiles(written, source, given);
  diagnostics.push(...extra.diagnostics);
  const stack = resolve(written, { file, images, extraFiles: extra.files });
  // What nobody can mean first: an amount a thousand times too large is above every other one too.
  report(checkUnlikely(written, stack));
  // Each check looks at the same stack; only a wrong choice before them makes one keep quiet.
  report(CHECKS.flatMap((check) => check(written, stack)));
  // Without any, what is wrong with versions.yaml is said elsewhere.
  if (images !== NO_IMAGES) report(checkImages(written, stack));
  if (diagnostics.length > 0) return failed(stack.name, source);
  return {
    value: stack,
    diagnostics: [],
    warnings: checkPlaceholderAddress(written, stack).map((one) => ({
      ...toDiagnostic(one, source),
      strict: true,
    })),
    name: stack.name,
    source,
    claims: claimsOf(written, stack, source),
  };
}

/** The same diagnostic; of a schema written for a later release, which release that is. */
function orNewerSchema(diagnostic: Diagnostic, source: YamlSource | undefined): Diagnostic {
  const written = valueAt(source?.data, ['schema']);
  const isNewer = typeof written === 'number' && Number.isInteger(written) && written > NEWEST_SCHEMA;
  if (!isNewer || diagnostic.code !== 'MG005') return diagnostic;
  const { file, line, column } = diagnostic.position;
  const place = source?.at(['schema']);
  if (place?.file !== file || place.line !== line || place.column !== column) return diagnostic;
  return { ...diagnostic, ...newerThan(written, NEWEST_SCHEMA) };
}

/** The images of versions.yaml, and the place of each in it; undefined for an image that it does not list. */
export type LoadedVersions = Loaded<Images> & { readonly placeOf: PlaceOfImage };

/** @param image as it is rendered: repository, tag and digest */
export type PlaceOfImage = (image: string) => Position | undefined;

/** Reads versions.yaml: which image each program runs from. */
export function loadVersions(file: string, content: Content): LoadedVersions {
  const read = readTypedYaml(file, content, versionsSchema);
  const diagnostics = [...read.diagnostics];
  const warnings: Warning[] = [];
  const { source } = read;
  if (source !== undefined && read.value !== undefined) {
    for (const name of IMAGE_NAMES) {
      const written = read.value[name];
      if (written === undefined) continue;
      const { repository, tag } = written;
      const at = (key: string): Position => source.at([name, key]);
      const unknown = unknownRepository(name, repository);
      if (unknown !== undefined) {
        warnings.push({ position: at('repository'), code: 'MG096', ...unknown, strict: false });
      }
      const far = farBeyond(name, tag);
      if (far !== undefined) warnings.push({ position: at('tag'), code: 'MG097', ...far, strict: false });
      const unfit = unfitTag(name, tag);
      if (unfit !== undefined) diagnostics.push({ position: at('tag'), code: 'MG034', ...unfit });
    }
    diagnostics.push(...differingReleases(read.value, source));
    if (diagnostics.length === 0) {
      const value = imageReferences(read.value);
      const placeOf: PlaceOfImage = (image) => {
        const name = IMAGE_NAMES.find((one) => value[one] === image);
        return name === undefined ? undefined : source.at([name, 'tag']);
      };
      return { value, diagnostics: [], warnings, placeOf };
    }
  }
  return { value: undefined, diagnostics: listed(diagnostics), warnings: [], placeOf: nowhere };
}

/** Where an image is that no file of the repository says. */
export const nowhere: PlaceOfImage = () => undefined;

/** Where a component's programs only fit within one release: names those whose tag is not that of most. */
function differingReleases(versions: Versions, source: YamlSource): readonly Diagnostic[] {
  return COMPONENT_NAMES.flatMap((component) => {
    const { images, oneRelease } = components[component];
    if (oneRelease === undefined) return [];
    const parts = IMAGE_NAMES.filter((name) => Object.hasOwn(images, name));
    const fit = parts.flatMap((name) => {
      const tag = versions[name]?.tag;
      return tag === undefined || unfitTag(name, tag) !== undefined ? [] : [{ name, tag }];
    });
    const count = (tag: string): number => fit.filter((one) => one.tag === tag).length;
    const release = fit.map(({ tag }) => tag).reduce((a, b) => (count(b) > count(a) ? b : a), '');
    return fit
      .filter(({ tag }) => tag !== release)
      .map(
        ({ name, tag }): Diagnostic => ({
          position: source.at([name, 'tag']),
          code: 'MG035',
          what: `${name} is ${tag}, the others are ${release}: ${oneRelease}`,
          remedy: `write one tag at all of ${parts.join(', ')}`,
        }),
      );
  });
}

/** True when a finding is about a field that is known to be wrong, or about a part of it. */
function touches({ at, other, missing }: CheckFinding, faulty: PathSet): boolean {
  if (missing !== undefined && (faulty.reachesInto(missing) || faulty.holds(missing))) return true;
  return faulty.holds(at) || (other !== undefined && faulty.holds(other));
}

function toDiagnostic(finding: CheckFinding, source: YamlSource): Diagnostic {
  const { code, remedy } = finding;
  if (finding.other === undefined)
    return { position: source.at(finding.at), code, what: finding.what, remedy };
  const { file, line, column } = source.at(finding.other);
  return {
    position: source.at(finding.at),
    code,
    what: `${finding.what} (the other place is ${file}:${line}:${column})`,
    remedy: finding.either === true ? `${remedy}${removing([finding.other, finding.at], source)}` : remedy,
  };
}

/** How to remove the first of several keys that is inherited; nothing where none is. */
function removing(keys: readonly Path[], source: YamlSource): string {
  const own = source.at([]).file;
  const inherited = keys.find((path) => source.keyAt(path).file !== own);
  if (inherited === undefined) return '';
  const { file, line } = source.keyAt(inherited);
  const around = dotted(inherited.slice(0, -1));
  return `; to remove what ${file}:${line} says, write ${inherited.at(-1)}: null below ${around} in ${own}`;
}
