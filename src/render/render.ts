import { deliveryLists } from '../../charts/delivery/index.ts';
import { chartStack } from '../../charts/objects.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { addedTo } from '../include/added.ts';
import { includedFiles } from '../include/files.ts';
import { compareText } from '../plain/compare.ts';
import { exposure } from '../rules/exposure.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { listed } from '../stack/listed.ts';
import type { ManifestFile } from '../stack/manifest.ts';
import type { OverrideProblem } from '../system/overrides.ts';
import { decryptionOf } from '../system/providers/index.ts';
import type { StackFault } from '../system/stack-fault.ts';
import { secretsText } from '../texts/secrets.ts';
import { summaryText } from '../texts/summary.ts';
import { headerLine, headerPath, markdownHeader } from './header.ts';
import { judge } from './judge.ts';
import { copiesOf, isAsCharted, numbered, objects, secretPath } from './objects.ts';
import { manifestsText } from './yaml.ts';

/** What comes of a stack: the files of dist/, and what is wrong with them. */
export interface Rendered {
  /** Text by path below dist/, with forward slashes, sorted. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * The objects in them, in files below the stack's folder, without those of deliveries (Flux's Kustomizations) and without Secrets that
   * have to be decrypted before they are applied (by SOPS).
   */
  readonly objects: readonly ManifestFile[];
  /** What the rules object to; nothing should be written then. */
  readonly findings: readonly Finding[];
  /** Overrides that do not fit the objects; nothing should be written then either. */
  readonly problems: readonly OverrideProblem[];
  /** What else in the stack file leaves objects that break a rule; nothing should be written then either. */
  readonly faults: readonly StackFault[];
  /** What is wrong with objects that are included, at its place in their files; nothing should be written then either. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const secretFiles = stack.secretFiles.map((file) => ({ path: secretPath(stack, file), file }));
  const copies = copiesOf(stack);
  const added = addedTo(() => chartStack(stack), stack.included);
  const changed = objects(stack, copies, { overrides: numbered(stack.overrides), included: added.fresh });
  const { own, delivery, problems } = changed;
  const { accepted, opening, findings, broken, faults, diagnostics } = judge(
    stack,
    copies,
    changed,
    added.fresh,
  );
  // Without overrides and additions the objects open what the stack means.
  const opened = isAsCharted(changed) ? undefined : exposure(own, changed.before);
  const texts = new Map<string, string>();
  const header = (path: string): string => headerLine(path, stack.file, CHANGE_THE_STACK_FILE);
  const sources = new Map(includedFiles(stack.included).map(({ path, source }) => [path, source]));
  for (const { path, manifests } of own) {
    const below = `${stack.name}/${path}`;
    const source = sources.get(path);
    const line =
      source === undefined
        ? header(below)
        : headerLine(
            below,
            stack.file,
            `it is made from ${headerPath(source)}: change that file and run "npm run synth", not this one.`,
          );
    texts.set(below, manifestsText(line, manifests));
  }
  for (const { path, file } of secretFiles) {
    const below = `${stack.name}/${path}`;
    // Byte for byte: a checksum in the file may be over all of it.
    texts.set(
      below,
      `# ${headerLine(below, stack.file, `it is a copy of ${headerPath(file.file)}, which "matrix-gitops secrets" changes.`)}\n${file.text}`,
    );
  }
  for (const { path, resources } of deliveryLists(stack, [...own, ...copies])) {
    const below = `${stack.name}/${path}`;
    const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
    texts.set(below, manifestsText(header(below), [kustomization]));
  }
  for (const { path, manifests } of delivery) texts.set(path, manifestsText(header(path), manifests));
  const manifests = own.flatMap((file) => file.manifests);
  for (const [name, text] of [
    ['SECRETS.md', secretsText(stack)],
    ['SUMMARY.md', summaryText(stack, manifests, accepted, opened, opening)],
  ] as const) {
    const below = `${stack.name}/${name}`;
    texts.set(below, `${markdownHeader(below, stack.file, CHANGE_THE_STACK_FILE)}\n\n${text}`);
  }
  return {
    files: new Map([...texts].sort(([a], [b]) => compareText(a, b))),
    objects: decryptionOf(stack.provider) === undefined ? [...own, ...copies] : own,
    findings,
    problems: [...problems, ...broken],
    faults,
    diagnostics: listed([...added.diagnostics, ...diagnostics]),
  };
}

const CHANGE_THE_STACK_FILE = 'change that file and run "npm run synth", not this one.';
