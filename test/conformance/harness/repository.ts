import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  for (const name of shippedStacks()) {
    const text = readFileSync(join(CHECKOUT, 'stacks', `${name}.yaml`), 'utf8');
    writeFileSync(
      join(folder, 'stacks', `${name}.yaml`),
      secrets === undefined ? text : telling(text, secrets),
    );
  }
  const dist = join(folder, 'dist');
  // Nobody's own keys and clusters.
  const nobody = { SOPS_AGE_KEY_FILE: '', KUBECONFIG: join(folder, 'none') };
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
    stacks: () => stacks(dist),
    stack: (name) =>
      need(
        stacks(dist).find((stack) => stack.name === name),
        `a rendered stack ${name}`,
      ),
    texts: () => {
      const files = filesBelow(folder, '');
      return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
    },
    printed: () => printed,
  };
}

/** A stack file's text with another `secrets:`. */
function telling(text: string, secrets: Json): string {
  const document = parseDocument(text);
  document.set('secrets', secrets);
  return String(document);
}
