import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { type Data, isRecord } from '../../src/plain/data.ts';
import type { Finding, PromisedSecret, Rule } from '../../src/rules/rule.ts';
import { type Manifest, objectText } from '../../src/stack/manifest.ts';
import { frozen } from '../frozen.ts';

const text = readFileSync(new URL('good-stack.yaml', import.meta.url), 'utf8');

/** Secrets that the good stack expects from elsewhere. */
export const promisedSecrets: readonly PromisedSecret[] = [
  { namespace: 'app', name: 'synapse-secrets', keys: ['macaroon', 'registration'] },
  { namespace: 'app', name: 'mas-login', keys: ['username', 'password'] },
  { namespace: 'app', name: 'pull', keys: ['.dockerconfigjson'] },
];

/** Takes data for a manifest: tests may build ones that break the type. */
export function manifest(value: unknown): Manifest {
  return JSON.parse(JSON.stringify(value));
}

/** The manifests of a YAML text. */
export function yaml(source: string): readonly Manifest[] {
  return loadAll(source).map(manifest);
}

const GOOD = frozen(yaml(text));

/** A deployment to which no rule objects: the same objects each time, which nobody may change. */
export function goodStack(): readonly Manifest[] {
  return GOOD;
}

const idOf = ({ kind, metadata }: Manifest): string =>
  [kind, metadata?.namespace, metadata?.name].filter((part) => part !== undefined).join('/');

/**
 * The good stack with some fields of one object changed; `undefined` removes a field.
 *
 * @example changed('Service/app/synapse', { 'spec.ports[http].port': 80 })
 */
export function changed(id: string, fields: Data): readonly Manifest[] {
  let found = false;
  const stack = goodStack().map((it) => {
    if (idOf(it) !== id) return it;
    found = true;
    let result: unknown = it;
    for (const [path, value] of Object.entries(fields)) {
      const steps = [...path.matchAll(/\["([^"]+)"\]|\[([^\]]+)\]|([\w-]+)/g)].map(
        (m) => m[1] ?? m[2] ?? m[3] ?? '',
      );
      result = set(result, steps, value);
    }
    return manifest(result);
  });
  if (!found) throw new Error(`the good stack has no ${id}`);
  return stack;
}

function set(value: unknown, [step, ...rest]: readonly string[], next: unknown): unknown {
  if (step === undefined) return next;
  if (Array.isArray(value)) {
    const named = value.findIndex((item) => isRecord(item) && item.name === step);
    const index = named >= 0 ? named : Number(step);
    if (!Number.isInteger(index)) throw new Error(`no member is called ${step}`);
    return [...value.slice(0, index), set(value[index], rest, next), ...value.slice(index + 1)].filter(
      (item) => item !== undefined,
    );
  }
  return {
    ...(isRecord(value) ? value : {}),
    [step]: set(isRecord(value) ? value[step] : undefined, rest, next),
  };
}

/** The good stack without one object. */
export function without(id: string): readonly Manifest[] {
  return goodStack().filter((it) => idOf(it) !== id);
}

/** What a rule finds in manifests that stand in one file. */
export function run(rule: Rule, manifests: readonly Manifest[]): readonly Finding[] {
  return rule.check({ files: [{ path: 'all.yaml', manifests }], promisedSecrets });
}

/** Findings as lines: `object field: what; remedy`. */
export function lines(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    ({ object, field, what, remedy }) => `${objectText(object)} ${field ?? ''}: ${what}; ${remedy}`,
  );
}

/** The lines a rule finds. */
export function found(rule: Rule, manifests: readonly Manifest[]): readonly string[] {
  return lines(run(rule, manifests));
}
