import { chartFlux, chartStack } from './charts/index.ts';
import { kustomizations } from './charts/kustomizations.ts';
import type { ManifestFile } from './model/manifest.ts';
import type { OverrideProblem } from './model/overrides.ts';
import type { Stack } from './model/stack.ts';
import { stampChecksums } from './output/checksums.ts';
import { applyOverrides } from './output/overrides.ts';
import { manifestsText } from './output/yaml.ts';
import { check } from './rules/index.ts';
import type { Finding } from './rules/rule.ts';
import { secretsText } from './summary/secrets.ts';
import { summaryText } from './summary/summary.ts';

/** What comes of a stack: the files of dist/, and what is wrong with them. */
export interface Rendered {
  /** Text by path below dist/, with forward slashes, sorted. */
  readonly files: ReadonlyMap<string, string>;
  /** The objects in them, in files below the stack's folder, without Flux's Kustomizations. */
  readonly objects: readonly ManifestFile[];
  /** What the rules object to; nothing should be written then. */
  readonly findings: readonly Finding[];
  /** Overrides that do not fit the objects; nothing should be written then either. */
  readonly problems: readonly OverrideProblem[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const { own, flux, problems } = objects(stack);
  const all = check({ files: [...own, ...flux], externalSecrets: externalSecrets(stack) });
  // Hardening is a policy: who overrides an object answers for it, and SUMMARY.md says so.
  const overridden = all.filter((finding) => lastOverride(stack, finding) !== -1);
  const accepted = overridden.filter(({ code }) => code === HARDENING);
  const findings = all.filter((finding) => !overridden.includes(finding));
  const broken = overridden
    .filter((finding) => !accepted.includes(finding))
    .map((finding) => brokenByOverride(stack, finding));
  const texts = new Map<string, string>();
  const header = (path: string): string =>
    `${path} is rendered from ${stack.file}: change that file and run "npm run synth", not this one.`;
  for (const { path, manifests } of own) {
    const below = `${stack.name}/${path}`;
    texts.set(below, manifestsText(header(below), manifests));
  }
  for (const { path, resources } of kustomizations(own.map(({ path }) => path))) {
    const below = `${stack.name}/${path}`;
    const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
    texts.set(below, manifestsText(header(below), [kustomization]));
  }
  for (const { path, manifests } of flux) texts.set(path, manifestsText(header(path), manifests));
  const manifests = own.flatMap((file) => file.manifests);
  for (const [name, text] of [
    ['SECRETS.md', secretsText(stack)],
    ['SUMMARY.md', summaryText(stack, manifests, accepted)],
  ] as const) {
    const below = `${stack.name}/${name}`;
    texts.set(below, `<!-- ${header(below)} -->\n\n${text}`);
  }
  return {
    files: new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1))),
    objects: own,
    findings,
    problems: [...problems, ...broken],
  };
}

/** The rule that says what is safe, not what is right. */
const HARDENING = 'MR006';

/** The stack's objects, as overrides leave them, and its Flux Kustomizations. */
function objects(stack: Stack): {
  readonly own: readonly ManifestFile[];
  readonly flux: readonly ManifestFile[];
  readonly problems: readonly OverrideProblem[];
} {
  const charted = chartStack(stack);
  const { overrides } = stack;
  if (overrides.length === 0) {
    return { own: stampChecksums(charted), flux: chartFlux(stack, charted), problems: [] };
  }
  // Flux's timeouts follow from the objects, so these are needed first; then overrides may change both.
  const flux = chartFlux(stack, applyOverrides(charted, overrides).files);
  const { files, problems } = applyOverrides([...charted, ...flux], overrides);
  return {
    own: stampChecksums(files.slice(0, charted.length)),
    flux: files.slice(charted.length),
    problems,
  };
}

/** Index of the last override of the object a finding is about; -1 where there is none. */
function lastOverride(stack: Stack, { object }: Finding): number {
  const [kind, ...rest] = object.split('/');
  return stack.overrides.findLastIndex(({ target }) => target.kind === kind && target.name === rest.at(-1));
}

/** A rule that an override broke, as a mistake in the stack file: that is where to mend it. */
function brokenByOverride(stack: Stack, finding: Finding): OverrideProblem {
  const { code, object, field, what, remedy } = finding;
  return {
    index: lastOverride(stack, finding),
    at: ['patch'],
    code: 'MG055',
    what: `after this override ${object}${field === undefined ? '' : ` ${field}`} ${what} (${code})`,
    remedy,
  };
}

function externalSecrets(stack: Stack): { namespace: string; name: string; keys: string[] }[] {
  return stack.secrets.map(({ namespace, name, keys }) => ({
    namespace,
    name,
    keys: keys.map(({ key }) => key),
  }));
}
