import { readFile } from 'node:fs/promises';
import { type Identity, readIdentities } from '../../secrets/age.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import { SecretValue } from '../../secrets/values/value.ts';
import { keyName } from '../../secrets/verbs/create.ts';
import { findKeys, type RotatedKey } from '../../secrets/verbs/rotate.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { certificateHosts, type SecretKey, type SecretSpec } from '../../system/secrets.ts';
import { problemReading } from '../environment-problem.ts';
import { misspeltPath } from '../named-file.ts';
import { UsageProblem } from '../usage-problem.ts';
import type { Terminal } from './prompt.ts';

/** Values that the operator gives, as the command line names them. */
export interface GivenOptions {
  /** `SECRET/KEY=FILE`. */
  readonly fromFile: readonly string[];
  /** `SECRET/KEY=VARIABLE`. */
  readonly fromEnv: readonly string[];
  /** `SECRET/KEY` of the value that comes on standard input. */
  readonly fromStdin: string | undefined;
  /** `SECRET/KEY` of values to ask for instead of making them. */
  readonly ask: readonly string[];
}

/** Where values come from outside the program. */
export interface Inputs {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly terminal: Terminal | undefined;
}

/**
 * The values that the operator gave, by the name of their key.
 *
 * @throws UsageProblem, SecretsProblem, EnvironmentProblem
 */
export async function givenValues(
  secrets: readonly SecretSpec[],
  { fromFile, fromEnv, fromStdin, ask }: GivenOptions,
  { environment, stdin, terminal }: Inputs,
): Promise<ReadonlyMap<string, SecretValue>> {
  const given = new Map<string, SecretValue>();
  const add = (name: string, value: SecretValue): void => {
    if (given.has(name)) throw new UsageProblem(`a value for ${name} is given twice`, 'give one');
    given.set(name, value);
  };
  for (const pair of fromFile) {
    const { secret, key, source } = split(secrets, '--from-file', pair, 'FILE');
    add(
      keyName(secret, key),
      await fileValue(source, `the file given for ${keyName(secret, key)}`, 'after --from-file'),
    );
  }
  const taken = new Set<string>();
  for (const pair of fromEnv) {
    const { secret, key, source } = split(secrets, '--from-env', pair, 'VARIABLE');
    const text = environment[source];
    if (text === undefined || text === '') {
      throw new UsageProblem(
        `--from-env ${keyName(secret, key)}: the environment variable named there is not set`,
        `set it, without writing the value on a command line`,
      );
    }
    add(keyName(secret, key), SecretValue.of(text));
    taken.add(source);
  }
  // Programs that are started from here, such as one that logs in to the cluster, would have them too.
  for (const variable of taken) delete environment[variable];
  if (fromStdin !== undefined) {
    const { secret, key } = named(secrets, fromStdin);
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    add(keyName(secret, key), new SecretValue(Buffer.concat(chunks)));
  }
  for (const name of ask) {
    const { secret, key } = named(secrets, name);
    if (terminal === undefined) {
      throw new UsageProblem(
        `--ask ${name} needs a terminal`,
        `use --from-file, --from-env or --from-stdin, and leave --yes out with --ask`,
      );
    }
    const value = await askFor(secret, key, terminal);
    if (value !== undefined) add(keyName(secret, key), value);
  }
  return given;
}

/**
 * Values are given for keys that are replaced alone: one for another key would be passed over.
 *
 * @param keys what is replaced
 * @throws UsageProblem
 */
export function checkGiven(
  secrets: readonly SecretSpec[],
  keys: readonly RotatedKey[],
  { fromFile, fromEnv, fromStdin, ask }: GivenOptions,
): void {
  const replaced = new Set(keys.map(({ secret, key }) => keyName(secret, key)));
  const check = (option: string, { secret, key }: RotatedKey): void => {
    const name = keyName(secret, key);
    if (replaced.has(name)) return;
    throw new UsageProblem(
      `${option} gives a value for ${name}, which is not among the keys to replace`,
      `name it too: rotate ${[...replaced, name].join(' ')}; or remove that option`,
    );
  };
  for (const pair of fromFile) check('--from-file', split(secrets, '--from-file', pair, 'FILE'));
  for (const pair of fromEnv) check('--from-env', split(secrets, '--from-env', pair, 'VARIABLE'));
  if (fromStdin !== undefined) check('--from-stdin', named(secrets, fromStdin));
  for (const name of ask) check('--ask', named(secrets, name));
}

/** Asks for the value of a key; undefined where the operator leaves it out. */
export async function askFor(
  secret: SecretSpec,
  key: SecretKey,
  terminal: Terminal,
): Promise<SecretValue | undefined> {
  const name = keyName(secret, key);
  const what = `${name}, ${key.what}`;
  if (key.form.kind === 'given' || key.form.kind === 'private-key') {
    // Text of many lines is in a file already, and a terminal would spoil it.
    const later = certificateHosts(secret) === undefined ? 'later' : 'kept elsewhere';
    const file = await terminal.line(`${what}: path of the file (empty: ${later}): `);
    return file === '' ? undefined : await fileValue(file, `the file given for ${name}`, 'that you enter');
  }
  const empty = key.form.kind === 'entered' ? 'later, or out of a file with --from-file' : 'make a new one';
  return await terminal.hidden(`${what} (not shown; empty: ${empty}): `);
}

/**
 * A value from a file, whole.
 *
 * @param shown how messages name it: what was written may be a value in the wrong place
 * @param where where that was
 * @throws SecretsProblem, EnvironmentProblem
 */
export async function fileValue(file: string, shown: string, where: string): Promise<SecretValue> {
  try {
    return new SecretValue(await readFile(file));
  } catch (error) {
    const misspelt = misspeltPath(shown, where, error);
    if (misspelt !== undefined) throw new SecretsProblem(misspelt.what, misspelt.remedy);
    throw problemReading(shown, error);
  }
}

/**
 * The private keys of age in a file.
 *
 * @param file default: what SOPS_AGE_KEY_FILE names; none where it names nothing
 * @throws SecretsProblem, EnvironmentProblem, AgeProblem
 */
export async function readIdentityFile(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<readonly Identity[]> {
  const path = file ?? environment.SOPS_AGE_KEY_FILE;
  if (path === undefined || path === '') return [];
  const text = await fileValue(
    path,
    'the file with private age keys',
    file === undefined ? 'in SOPS_AGE_KEY_FILE' : 'after --identity',
  );
  try {
    return readIdentities(text.text());
  } finally {
    text.wipe();
  }
}

function split(
  secrets: readonly SecretSpec[],
  option: string,
  pair: string,
  source: string,
): { readonly secret: SecretSpec; readonly key: SecretKey; readonly source: string } {
  const index = pair.indexOf('=');
  if (index <= 0 || index === pair.length - 1) {
    // It may be a value that was written in the wrong place: not repeated.
    throw new UsageProblem(
      `the value of ${option} is not SECRET/KEY=${source}`,
      `write it as in ${option} synapse-secrets/form-secret=${source}`,
    );
  }
  return { ...named(secrets, pair.slice(0, index)), source: pair.slice(index + 1) };
}

function named(secrets: readonly SecretSpec[], name: string): { secret: SecretSpec; key: SecretKey } {
  const [found] = findKeys(secrets, [name]);
  if (found === undefined)
    throw new UsageProblem(
      'a key that is named is in no Secret',
      `run ${ownCommand('secrets status')} to see the keys`,
    );
  return found;
}
