import { chartFlux, chartStack } from './charts/index.ts';
import { kustomizations } from './charts/kustomizations.ts';
import type { Stack } from './model/stack.ts';
import { stampChecksums } from './output/checksums.ts';
import { manifestsText } from './output/yaml.ts';
import { check } from './rules/index.ts';
import type { Finding } from './rules/rule.ts';
import { secretsText } from './summary/secrets.ts';
import { summaryText } from './summary/summary.ts';

/** What comes of a stack: the files of dist/, and what the rules object to in them. */
export interface Rendered {
  /** Text by path below dist/, with forward slashes, sorted. */
  readonly files: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const own = stampChecksums(chartStack(stack));
  const flux = chartFlux(stack, own);
  const findings = check({ files: [...own, ...flux], externalSecrets: externalSecrets(stack) });
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
    ['SUMMARY.md', summaryText(stack, manifests)],
  ] as const) {
    const below = `${stack.name}/${name}`;
    texts.set(below, `<!-- ${header(below)} -->\n\n${text}`);
  }
  return { files: new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1))), findings };
}

function externalSecrets(stack: Stack): { namespace: string; name: string; keys: string[] }[] {
  return stack.secrets.map(({ namespace, name, keys }) => ({
    namespace,
    name,
    keys: keys.map(({ key }) => key),
  }));
}
