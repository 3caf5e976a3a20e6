import { checkAdditions } from './checks/additions.ts';
import { checkAmounts } from './checks/amounts.ts';
import { checkCallAddress, checkPorts, checkTolerations } from './checks/call-nodes.ts';
import type { Check, CheckFinding } from './checks/check.ts';
import { checkChoices } from './checks/choices.ts';
import { checkElementCalls } from './checks/clients.ts';
import { checkTlsSecrets, checkTunnel } from './checks/exposure.ts';
import { checkHosts } from './checks/hosts.ts';
import { checkName, checkNamespace } from './checks/names.ts';
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts';
import {
  IMAGE_NAMES,
  type Images,
  imageReferences,
  unfitTag,
  type Versions,
  versionsSchema,
} from './images.ts';
import { readTypedYaml } from './reading/typed-yaml.ts';
import type { Path, YamlSource } from './reading/yaml-source.ts';
import { resolve } from './resolve.ts';
import { stackSchema } from './schema.ts';
import type { Stack } from './stack.ts';

/** Rules over several fields, run once the choices are clear. */
const CHECKS: readonly Check[] = [
  checkHosts,
  checkTunnel,
  checkPorts,
  checkCallAddress,
  checkAmounts,
  checkElementCalls,
  checkName,
  checkNamespace,
  checkTlsSecrets,
  checkTolerations,
  checkAdditions,
];

/** A resolved stack and its file, or everything that is wrong with the file. */
export type LoadedStack = Loaded<Stack> & { readonly source: YamlSource | undefined };

/** Either what was read, or everything that is wrong with it. */
export type Loaded<T> =
  | { readonly value: T; readonly diagnostics: readonly [] }
  | { readonly value: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a stack file and resolves it, or says everything that is wrong with it.
 *
 * @param file name for messages, with forward slashes; also gives the stack its name when the file does not
 */
export function loadStack(file: string, text: string, images: Images): LoadedStack {
  const read = readTypedYaml(file, text, stackSchema);
  const diagnostics = [...read.diagnostics];
  const faulty = [...read.faulty];
  if (read.source === undefined || read.value === undefined) {
    return { value: undefined, diagnostics: diagnostics.sort(compareDiagnostics), source: read.source };
  }
  const { source, value: written } = read;
  const report = (findings: readonly CheckFinding[]): void => {
    const news = findings.filter((finding) => !faulty.some((path) => touches(finding, path)));
    diagnostics.push(...news.map((finding) => toDiagnostic(finding, source)));
    faulty.push(
      ...news.flatMap((finding) => [finding.at, ...(finding.other === undefined ? [] : [finding.other])]),
    );
  };
  report(checkChoices(written));
  const stack = resolve(written, { file, images });
  // Each check looks at the same stack; only a wrong choice before them makes one keep quiet.
  report(CHECKS.flatMap((check) => check(written, stack)));
  return diagnostics.length > 0
    ? { value: undefined, diagnostics: diagnostics.sort(compareDiagnostics), source }
    : { value: stack, diagnostics: [], source };
}

/** Reads versions.yaml: which image each program runs from. */
export function loadVersions(file: string, text: string): Loaded<Images> {
  const read = readTypedYaml(file, text, versionsSchema);
  const diagnostics = [...read.diagnostics];
  if (read.source !== undefined && read.value !== undefined) {
    for (const name of IMAGE_NAMES) {
      const unfit = unfitTag(name, read.value[name].tag);
      if (unfit === undefined) continue;
      diagnostics.push({ position: read.source.at([name, 'tag']), code: 'MG034', ...unfit });
    }
    diagnostics.push(...differingJitsi(read.value, read.source));
    if (diagnostics.length === 0) return { value: imageReferences(read.value), diagnostics: [] };
  }
  return { value: undefined, diagnostics: diagnostics.sort(compareDiagnostics) };
}

/** Jitsi's programs only fit within one release: names those whose tag is not that of most. */
function differingJitsi(versions: Versions, source: YamlSource): readonly Diagnostic[] {
  const parts = IMAGE_NAMES.filter((name) => name.startsWith('jitsi-'));
  const fit = parts.filter((name) => unfitTag(name, versions[name].tag) === undefined);
  const count = (tag: string): number => fit.filter((name) => versions[name].tag === tag).length;
  const release = fit.map((name) => versions[name].tag).reduce((a, b) => (count(b) > count(a) ? b : a), '');
  return fit
    .filter((name) => versions[name].tag !== release)
    .map((name) => ({
      position: source.at([name, 'tag']),
      code: 'MG035',
      what: `${name} is ${versions[name].tag}, the others are ${release}: Jitsi's programs only fit within one release`,
      remedy: `write one tag at all of ${parts.join(', ')}`,
    }));
}

/** True when a finding is about a field that is known to be wrong, or about a part of it. */
function touches(finding: CheckFinding, path: Path): boolean {
  const places = finding.other === undefined ? [finding.at] : [finding.at, finding.other];
  return places.some((place) => path.every((step, index) => step === place[index]));
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
    remedy,
  };
}
