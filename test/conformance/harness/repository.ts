import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { filesBelow, type Stack, stacks } from './dist.ts';
import { type Json, need } from './json.ts';
import { attempt, type Finished, runFolder } from './programs.ts';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
/** What users run; `npm run conformance` builds it first. */
const PROGRAM = join(CHECKOUT, 'build/bin/matrix-gitops.cjs');

/** Names of the stacks that this project comes with. */
export function shippedStacks(): string[] {
  const files = readdirSync(join(CHECKOUT, 'stacks'));
  return files.flatMap((file) => (file.endsWith('.yaml') ? [file.replace(/\.yaml$/, '')] : []));
}

/** A repository as users have one, with copies of the shipped stacks. */
export interface Repository {
  readonly folder: string;
  readonly dist: string;
  /** Runs the command line there. Throws unless it ends well. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Writes another `secrets:` into all stack files. */
  telling(secrets: Json): void;
  /** Changes the stack file of a stack: another value at a path, or a new one. */
  setting(stack: string, path: readonly string[], value: unknown): void;
  /** The rendered stacks. */
  stacks(): Stack[];
  stack(name: string): Stack;
  /** Every file's text, by path below the folder. */
  texts(): Map<string, string>;
  /** Everything that the command line has printed so far. */
  printed(): string;
}

/**
 * Makes a repository.
 *
 * @param secrets what its stack files say of their Secrets. @default - what the shipped ones say
 */
export function repository(secrets?: Json): Repository {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run \`npm run bundle\` first`);
  const folder = runFolder('repository');
  mkdirSync(join(folder, 'stacks'));
  cpSync(join(CHECKOUT, 'versions.yaml'), join(folder, 'versions.yaml'));
  const files = shippedStacks().map((name) => `stacks/${name}.yaml`);
  for (const file of files) cpSync(join(CHECKOUT, file), join(folder, file));
  const telling = (said: Json): void => {
    for (const file of files) {
      const document = parseDocument(readFileSync(join(folder, file), 'utf8'));
      document.set('secrets', said);
      writeFileSync(join(folder, file), String(document));
    }
  };
  if (secrets !== undefined) telling(secrets);
  const dist = join(folder, 'dist');
  // Nobody's own keys and clusters, nor whom they have accepted, which is kept outside of the repository.
  const nobody = {
    SOPS_AGE_KEY_FILE: '',
    KUBECONFIG: join(folder, 'none'),
    XDG_STATE_HOME: runFolder('state'),
  };
  let printed = '';
  return {
    folder,
    dist,
    run: async (args, env = {}) => {
      const words = [PROGRAM, ...args];
      const finished = await attempt(process.execPath, words, { cwd: folder, env: { ...nobody, ...env } });
      const { code, stdout, stderr } = finished;
      printed += stdout + stderr;
      if (code === 0) return finished;
      throw new Error(`matrix-gitops ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    },
    telling,
    setting: (stack, path, value) => {
      const file = join(folder, `stacks/${stack}.yaml`);
      const document = parseDocument(readFileSync(file, 'utf8'));
      document.setIn(path, document.createNode(value));
      writeFileSync(file, String(document));
    },
    stacks: () => stacks(dist),
    stack: (name) =>
      need(
        stacks(dist).find((stack) => stack.name === name),
        `a rendered stack ${name}`,
      ),
    texts: () => {
      const paths = filesBelow(folder, '').map((file) => relative(folder, file));
      return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
    },
    printed: () => printed,
  };
}
