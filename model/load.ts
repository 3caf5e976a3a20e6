import { checkAmounts } from './checks/amounts.ts';
import { checkCallAddress, checkPorts } from './checks/call-nodes.ts';
import type { Check, CheckFinding } from './checks/check.ts';
import { checkChoices } from './checks/choices.ts';
import { checkElementCalls } from './checks/clients.ts';
import { checkTunnel } from './checks/exposure.ts';
import { checkHosts } from './checks/hosts.ts';
import { checkNamespace } from './checks/namespace.ts';
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts';
import { IMAGE_NAMES, type Images, imageReferences, unfitTag, versionsSchema } from './images.ts';
import { resolve } from './resolve.ts';
import { stackSchema } from './schema.ts';
import type { Stack } from './stack.ts';
import { readTypedYaml } from './typed-yaml.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Rules over several fields, run once the choices are clear. */
const CHECKS: readonly Check[] = [
  checkHosts,
  checkTunnel,
  checkPorts,
  checkCallAddress,
  checkAmounts,
  checkElementCalls,
  checkNamespace,
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
    const parts = IMAGE_NAMES.filter((name) => name.startsWith('jitsi-'));
    const release = read.value['jitsi-prosody'].tag;
    for (const name of parts) {
      if (read.value[name].tag === release) continue;
      diagnostics.push({
        position: read.source.at([name, 'tag']),
        code: 'MG035',
        what: `${name} is ${read.value[name].tag}, but jitsi-prosody is ${release}: Jitsi's programs only fit within one release`,
        remedy: `write one tag at all of ${parts.join(', ')}`,
      });
    }
    if (diagnostics.length === 0) return { value: imageReferences(read.value), diagnostics: [] };
  }
  return { value: undefined, diagnostics: diagnostics.sort(compareDiagnostics) };
}

/** True when a finding is about a field, or a part or parent of it, that is known to be wrong already. */
function touches(finding: CheckFinding, path: Path): boolean {
  const places = finding.other === undefined ? [finding.at] : [finding.at, finding.other];
  return places.some((place) => {
    const shared = Math.min(place.length, path.length);
    return place.slice(0, shared).every((step, index) => step === path[index]);
  });
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
