import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubectlFor } from '../../cluster/kubectl-program.ts';
import { ClusterProblem } from '../../cluster/problem.ts';
import { fetchCertificates } from '../../cluster/sealed-secrets-controller.ts';

let top = '';
/** A checkout, and the folder in it that the command runs in. */
let repository = '';
let here = '';
let bin = '';

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'kubectl-program-')));
  repository = join(top, 'repository');
  here = join(repository, 'deep/er');
  bin = join(top, 'bin');
  mkdirSync(here, { recursive: true });
  mkdirSync(join(repository, '.git'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function put(path: string, text = '', mode = 0o644): string {
  const file = join(top, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** A program that says where it ran, and with what, in a file. */
const noting = (name: string): string =>
  `#!/bin/sh\n{ pwd; echo "$PATH"; echo "$KUBECONFIG"; } > ${join(top, name)}\nexit 1\n`;

const found = (environment: NodeJS.ProcessEnv): ReturnType<typeof kubectlFor> =>
  kubectlFor(environment, here);

function refusal(environment: NodeJS.ProcessEnv): string {
  try {
    found(environment);
  } catch (error) {
    if (error instanceof ClusterProblem) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('kubectl', () => {
  it('is never one of the repository, wherever PATH has it', async () => {
    put('repository/node_modules/.bin/kubectl', noting('theirs'), 0o755);
    put('repository/deep/er/kubectl', noting('theirs'), 0o755);
    put('bin/kubectl', noting('ours'), 0o755);
    const link = join(top, 'link');
    symlinkSync(join(repository, 'node_modules/.bin'), link);
    const entries = [join(repository, 'node_modules/.bin'), '.', '', 'node_modules/.bin', link];
    const PATH = [...entries, bin, '/usr/bin', '/bin'].join(':');
    const environment = { PATH, HOME: top };
    expect(found(environment)).toMatchObject({ file: join(bin, 'kubectl'), folder: '/' });
    const service = { namespace: 'flux-system', name: 'controller' };
    await expect(fetchCertificates(service, { environment, here })).rejects.toThrow(ClusterProblem);
    expect(existsSync(join(top, 'theirs'))).toBe(false);
    // What kubectl runs in turn is not from there either.
    expect(readFileSync(join(top, 'ours'), 'utf8')).toBe(`/\n${bin}:/usr/bin:/bin\n\n`);
  });

  it('that a link outside leads back to the repository for is not run', () => {
    put('repository/kubectl', '', 0o755);
    mkdirSync(bin);
    symlinkSync(join(repository, 'kubectl'), join(bin, 'kubectl'));
    expect(refusal({ PATH: bin })).toMatch(/the only kubectl in PATH is inside the repository.*install it/);
  });

  it('that cannot be run is passed over', () => {
    put('first/kubectl', '');
    mkdirSync(join(top, 'second/kubectl'), { recursive: true });
    put('bin/kubectl', '', 0o755);
    const PATH = [join(top, 'first'), join(top, 'second'), bin].join(':');
    expect(found({ PATH, HOME: top }).file).toBe(join(bin, 'kubectl'));
    expect(refusal({ PATH: join(top, 'first') })).toMatch(/^kubectl is not installed; install it/);
    expect(refusal({})).toMatch(/^kubectl is not installed/);
  });

  it('can be run where the current folder is the top of everything', () => {
    put('bin/kubectl', '', 0o755);
    expect(kubectlFor({ PATH: bin, HOME: top }, '/').file).toBe(join(bin, 'kubectl'));
  });
});

describe('the configuration of kubectl', () => {
  beforeEach(() => void put('bin/kubectl', '', 0o755));

  it('is found from elsewhere too', () => {
    const KUBECONFIG = ['../../../a', '', '/etc/b'].join(':');
    expect(found({ PATH: bin, HOME: top, KUBECONFIG, KUBERC: 'off' }).environment).toMatchObject({
      KUBECONFIG: `${join(top, 'a')}:/etc/b`,
      KUBERC: 'off',
    });
  });

  it.each(['kubeconfig', '../config', '/etc/b:./kubeconfig'])(
    '%s, in the repository, is refused',
    (KUBECONFIG) => {
      expect(refusal({ PATH: bin, HOME: top, KUBECONFIG })).toMatch(
        /KUBECONFIG names is inside the repository.*move it out of the repository, such as to ~\/\.kube/,
      );
    },
  );

  it('that a link outside leads into the repository for is refused', () => {
    put('repository/kubeconfig');
    symlinkSync(join(repository, 'kubeconfig'), join(top, 'config'));
    expect(refusal({ PATH: bin, HOME: top, KUBECONFIG: join(top, 'config') })).toMatch(
      /inside the repository/,
    );
    expect(refusal({ PATH: bin, HOME: top, KUBERC: join(repository, 'kuberc') })).toMatch(/KUBERC names/);
  });

  it('in a home folder within the repository, or in none, is refused', () => {
    expect(found({ PATH: bin, HOME: repository }).file).toBe(join(bin, 'kubectl'));
    put('repository/.kube/config');
    expect(refusal({ PATH: bin, HOME: repository })).toMatch(/HOME names is inside the repository/);
    put('repository/deep/er/.kube/config');
    expect(refusal({ PATH: bin, HOME: '' })).toMatch(/inside the repository/);
  });
});
