import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { kubeconfig } from '../cluster/fake-api-server.ts';
import { GOOD, type Machine } from './workspace.ts';

/** Something that a stranger could commit. */
export interface Attack {
  readonly name: string;
  /** What it would do to a program that believes it. */
  readonly aim: string;
  readonly plant: (machine: Machine) => void;
  /** What must be refused as a whole; everywhere else the good stack is rendered. @default nothing */
  readonly stops?: 'synth';
  /** The folder that the command runs in, with the workspace on the command line. @default - the top of the workspace */
  readonly from?: (machine: Machine) => string;
  /** Added to the environment, as a job of CI might. */
  readonly environment?: (machine: Machine) => NodeJS.ProcessEnv;
}

const CONFIG = (command: string): string => `[core]
\trepositoryformatversion = 0
\tbare = false
\tworktree = .
\tfsmonitor = "${command}"
\thooksPath = hooks
\tsshCommand = "${command}"
\tpager = "${command}"
\teditor = "${command}"
`;

/** An index without a file: git asks its monitor about that too. */
const EMPTY_INDEX = Buffer.from('44495243000000020000000039d890139ee5356c7ef572216cebcd27aa41f9df', 'hex');

/** What Git takes for a repository without a work tree, with commands in its configuration. */
function plantRepository(machine: Machine, folder: string): void {
  const command = join(machine.workspace, 'canary.sh');
  program(machine, 'canary.sh');
  machine.put(`${folder}/HEAD`, 'ref: refs/heads/main\n');
  machine.put(`${folder}/config`, CONFIG(command));
  machine.put(`${folder}/index`, EMPTY_INDEX);
  mkdirSync(join(machine.workspace, folder, 'objects'), { recursive: true });
  mkdirSync(join(machine.workspace, folder, 'refs'), { recursive: true });
}

function program(machine: Machine, path: string): void {
  machine.put(path, machine.script(path.replaceAll('/', '_')));
  chmodSync(join(machine.workspace, path), 0o755);
}

/** What anybody might start. */
const PROGRAMS = ['kubectl', 'git', 'sops', 'age', 'node', 'sh'];

function plantKubeconfig(machine: Machine, path: string, command: string): void {
  program(machine, 'canary.sh');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
  machine.put(path, kubeconfig({ server: 'https://127.0.0.1:1' }, { exec }));
}

function link(machine: Machine, path: string, target: string): void {
  const place = join(machine.workspace, path);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}

function fifo(machine: Machine, path: string): void {
  const place = join(machine.workspace, path);
  mkdirSync(dirname(place), { recursive: true });
  execFileSync('mkfifo', [place]);
}

/** Moves what is there out of the workspace and leaves a link in its place. */
function moveOut({ workspace, outside }: Machine, path: string): void {
  const name = path.replaceAll('/', '_');
  renameSync(join(workspace, path), join(outside, name));
  symlinkSync(join(outside, name), join(workspace, path));
}

const BASE = 'schema: 1\nserverName: evil.example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n';

/** An object that gives everything to everybody. */
const ADMIN =
  'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: evil}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: Group, name: system:unauthenticated, apiGroup: rbac.authorization.k8s.io}]';

/** The same, short and without a slash: as a part of a file's name. */
const ADMIN_NAME =
  '\n---\napiVersion: "rbac.authorization.k8s.io\\x2fv1"\nkind: ClusterRoleBinding\nmetadata: {name: evil}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: Group, name: "system:unauthenticated"}]\n---\n#';

/** Sequences that a terminal obeys: a title, a colour, a line taken back, a clipboard. */
const TERMINAL = '\u001b]0;evil\u0007\u001b[31m\u001b[2K\r\u009b31m\u001b]52;c;ZXZpbA==\u0007\u202eevil';

/** A kept Secret of the good stack with something changed in it. */
function changeKept(machine: Machine, change: (text: string) => string): void {
  const path = 'stacks/good.secrets/synapse-secrets.yaml';
  machine.put(path, change(readFileSync(join(machine.workspace, path), 'utf8')));
}

export const ATTACKS: readonly Attack[] = [
  {
    name: 'nothing',
    aim: 'none: the honest workspace, so that the other runs mean something',
    plant: () => undefined,
  },
  {
    name: 'bare repository in dist',
    aim: 'runs a command when git is started there',
    plant: (machine) => plantRepository(machine, 'dist'),
    stops: 'synth',
  },
  {
    name: 'bare repository in the secrets folder',
    aim: 'runs a command when git is started there',
    plant: (machine) => plantRepository(machine, 'stacks/good.secrets'),
    stops: 'synth',
  },
  {
    name: 'configuration of git at the top',
    aim: 'runs a command when git is started anywhere in the workspace',
    plant: (machine) => {
      program(machine, 'canary.sh');
      machine.put('.git/config', CONFIG(join(machine.workspace, 'canary.sh')));
      for (const name of ['objects', 'refs'])
        mkdirSync(join(machine.workspace, '.git', name), { recursive: true });
      machine.put('.gitattributes', '* filter=evil diff=evil\n');
    },
  },
  {
    name: 'files of git',
    aim: 'writes hooks, which the next commit runs, and shows the token that a job of CI has cloned with',
    plant: (machine) => {
      machine.put('.git/config', `${CONFIG('true')}${machine.canary}: [\n`);
      machine.put('.git/hooks/README', '');
      rmSync(join(machine.workspace, 'dist'), { recursive: true });
      link(machine, 'dist', '.git/hooks');
      link(machine, 'stacks/evil.yaml', '../.git/config');
      machine.put('stacks/token.yaml', `extends: ../.git/config\n${BASE}`);
    },
    stops: 'synth',
  },
  {
    name: 'ignore rules that are links',
    aim: 'shows lines of files outside, or waits for ever',
    plant: (machine) => {
      fifo(machine, '.git/info/exclude');
      link(machine, 'dist/.gitignore', join(machine.outside, 'canary.yaml'));
    },
  },
  {
    name: 'a history of its own',
    aim: 'has the last commit read from outside, from a pipe, or without end',
    plant: (machine) => {
      rmSync(join(machine.workspace, 'dist'), { recursive: true, force: true });
      machine.put('.git/HEAD', 'ref: refs/heads/main\n');
      link(machine, '.git/refs/heads/main', join(machine.outside, 'canary.yaml'));
      fifo(machine, '.git/packed-refs');
      link(machine, '.git/objects', machine.outside);
    },
  },
  {
    name: 'a dist/ that nothing can read',
    aim: 'keeps the computer busy when it is compared, or hides what is lost',
    plant: (machine) => {
      const head = (path: string): string => `# ${path} is rendered from stacks/good.yaml: x\n`;
      const odd = ['['.repeat(90) + 'a,'.repeat(400_000), `a: &a [x]\n${'k: *a\n'.repeat(100_000)}`];
      for (let index = 0; index < 60; index++) {
        const path = `good/a/${index}.yaml`;
        machine.put(`dist/${path}`, head(path) + (odd[index % 2] ?? ''));
      }
      machine.put(
        'dist/good/data/pvc-media.yaml',
        `${head('good/data/pvc-media.yaml')}\u001b]0;evil\u0007: [\n`,
      );
      link(machine, 'dist/good/link', machine.outside);
      fifo(machine, 'dist/good/pipe.yaml');
    },
  },
  {
    name: 'a program to log in with of its own',
    aim: 'is found first in PATH, as npm sets it, under the name in the kubeconfig',
    plant: (machine) => {
      for (const name of [...PROGRAMS, basename(machine.login)]) {
        program(machine, `node_modules/.bin/${name}`);
        program(machine, name);
      }
    },
  },
  {
    name: 'the only program to log in with',
    aim: 'is found in a folder of the workspace that is in PATH, for want of another',
    plant: (machine) => {
      program(machine, `tools/${basename(machine.login)}`);
      link(machine, 'node_modules/.bin', join(machine.workspace, 'tools'));
    },
    environment: ({ workspace }) => ({
      PATH: [
        join(workspace, 'tools'),
        'tools',
        join(workspace, 'node_modules/.bin'),
        '/usr/bin',
        '/bin',
      ].join(delimiter),
    }),
  },
  {
    name: 'a kubeconfig',
    aim: 'names a program to log in with, which is any command',
    plant: (machine) => plantKubeconfig(machine, 'kube.yaml', './canary.sh'),
    environment: () => ({ KUBECONFIG: 'kube.yaml' }),
  },
  {
    name: "a kubeconfig beside the person's own",
    aim: 'is merged with it, and its user and context come first',
    plant: (machine) => {
      plantKubeconfig(machine, '.kube/config', join(machine.workspace, 'canary.sh'));
      link(machine, 'linked', join(machine.workspace, '.kube/config'));
    },
    environment: ({ home }) => ({ KUBECONFIG: ['linked', join(home, '.kube/config')].join(delimiter) }),
  },
  {
    name: 'a certificate in certificates.pem',
    aim: 'every value is sealed for a stranger at the next change',
    plant: (machine) => {
      const path = 'stacks/good.secrets/certificates.pem';
      machine.put(path, machine.stranger.pem + readFileSync(join(machine.workspace, path), 'utf8'));
    },
  },
  {
    name: 'only the certificate of a stranger',
    aim: 'every value is sealed for a stranger at the next change',
    plant: (machine) => machine.put('stacks/good.secrets/certificates.pem', machine.stranger.pem),
  },
  {
    name: 'a recipient in the stack files',
    aim: 'every value is encrypted for a stranger at the next change',
    plant: (machine) => {
      for (const name of ['good', 'sops']) {
        const path = `stacks/${name}.yaml`;
        const text = readFileSync(join(machine.workspace, path), 'utf8');
        machine.put(
          path,
          text.replace(
            machine.person.recipient,
            `${machine.person.recipient}, ${machine.strangersKey.recipient}`,
          ),
        );
      }
    },
  },
  {
    name: 'a name with line breaks',
    aim: 'puts an object into the first line of each file',
    plant: (machine) => machine.put(`stacks/a${ADMIN_NAME}.yaml`, `${BASE}name: evil\n`),
  },
  {
    name: 'a name that commands a terminal',
    aim: 'hides errors, or writes to the clipboard',
    plant: (machine) => {
      machine.put(`stacks/${TERMINAL.replaceAll('/', '')}.yaml`, `${BASE}name: evil\n`);
      machine.put('stacks/::add-mask::x.yaml', BASE);
    },
  },
  {
    name: 'keys and values that command a terminal',
    aim: 'hides errors, or writes to the clipboard',
    plant: (machine) => {
      const text = JSON.stringify(TERMINAL);
      machine.put(
        'stacks/evil.yaml',
        `${BASE}${text}: 1\nsize: ${text}\nelement: {brand: ${text}, ${text}: {}}\n`,
      );
      machine.put('stacks/raw.yaml', `${BASE}# ${TERMINAL.replaceAll('\r', '')}\nsize: ${TERMINAL}\n`);
    },
  },
  {
    name: 'reasons that are Markdown',
    aim: 'runs a script, hides a paragraph or calls people where SUMMARY.md is read',
    plant: (machine) => {
      const why =
        '--> <img src=x onerror=alert(1)> | <script>alert(1)</script> @everyone `` ` `` \n\n# Approved\n\n```\n[x](javascript:alert(1)) <!--';
      machine.put(
        'stacks/evil.yaml',
        `${BASE}element: {extraConfig: {default_server_name: x.example.org}, force: ${JSON.stringify(why)}}\noverrides: [{target: {kind: Deployment, name: element}, patch: {metadata: {annotations: {a: b}}}, why: ${JSON.stringify(why)}}]\n`,
      );
    },
  },
  {
    name: 'a plain value in a sealed file',
    aim: 'is copied to dist unseen, and applied',
    plant: (machine) =>
      changeKept(machine, (text) =>
        text.replace(/^( +)template:\n/m, '$1template:\n$1  data: {admin: ZXZpbA==}\n'),
      ),
    stops: 'synth',
  },
  {
    name: 'another type of Secret',
    aim: 'makes Kubernetes issue a token',
    plant: (machine) =>
      changeKept(machine, (text) =>
        text.replace('type: Opaque', 'type: kubernetes.io/service-account-token'),
      ),
    stops: 'synth',
  },
  {
    name: 'an object next to a sealed one',
    aim: 'is copied to dist unseen, and applied',
    plant: (machine) => changeKept(machine, (text) => `${text}---\n${ADMIN}\n`),
    stops: 'synth',
  },
  {
    name: 'an object in the first line of a sealed file',
    aim: 'is copied to dist unseen, and applied',
    plant: (machine) => machine.put(`stacks/good.secrets/x${ADMIN_NAME}.yaml`, 'a: 1\n'),
    stops: 'synth',
  },
  {
    name: 'stack files that are no files',
    aim: 'wait for ever, fill the memory, or show a file outside',
    plant: (machine) => {
      fifo(machine, 'stacks/fifo.yaml');
      link(machine, 'stacks/zero.yaml', '/dev/zero');
      link(machine, 'stacks/canary.yaml', join(machine.outside, 'canary.yaml'));
      link(machine, 'stacks/terminal.yaml', '/dev/tty');
      link(machine, 'stacks/circle.yaml', 'circle.yaml');
      link(machine, 'stacks/nowhere.yaml', 'nowhere-at-all');
      mkdirSync(join(machine.workspace, 'stacks/folder.yaml'));
      machine.put('stacks/long.yaml', Buffer.alloc(11_000_000, '#'));
      for (const name of ['.#good.yaml', '._good.yaml', '.good.yaml'])
        link(machine, `stacks/${name}`, 'user@host.1:2');
    },
  },
  {
    name: 'extending what is no file of the workspace',
    aim: 'waits for ever, fills the memory, or shows a file outside',
    plant: (machine) => {
      fifo(machine, 'stacks/shared/fifo.yaml');
      link(machine, 'stacks/shared/zero.yaml', '/dev/zero');
      link(machine, 'stacks/shared/canary.yaml', join(machine.outside, 'canary.yaml'));
      const files = [
        'shared/fifo.yaml',
        'shared/zero.yaml',
        'shared/canary.yaml',
        '../../outside/canary.yaml',
      ];
      for (const [index, file] of files.entries())
        machine.put(`stacks/e${index}.yaml`, `${BASE}extends: ${file}\n`);
    },
  },
  {
    name: 'files for programs that are none of the workspace',
    aim: 'shows a file outside in a ConfigMap or on a web page, waits for ever, or fills the memory',
    plant: (machine) => {
      fifo(machine, 'stacks/files/fifo');
      link(machine, 'stacks/files/zero', '/dev/zero');
      link(machine, 'stacks/files/canary', join(machine.outside, 'canary.yaml'));
      link(machine, 'stacks/files/outside', machine.outside);
      machine.put('stacks/files/long', Buffer.alloc(11_000_000, '#'));
      machine.put('.git/hooks/x', 'x\n');
      const files = [
        ...['files/fifo', 'files/zero', 'files/canary', 'files/outside/canary.yaml', 'files/long'],
        ...['../../outside/canary.yaml', '../.git/hooks/x', '../../../../../../../../../proc/self/environ'],
      ];
      for (const [index, file] of files.entries()) {
        machine.put(
          `stacks/f${index}.yaml`,
          `${BASE}element: {extraFiles: {/app/page.html: {file: ${file}}}}\n`,
        );
      }
      for (const [index, path] of [
        '/etc/passwd',
        '/app/../etc/passwd',
        '/proc/1/environ',
        '/config',
      ].entries())
        machine.put(`stacks/p${index}.yaml`, `${BASE}synapse: {extraFiles: {${path}: {text: x}}}\n`);
      machine.put(
        'stacks/shown.yaml',
        `${BASE}element: {extraFiles: {/app/k: {fromSecret: synapse-secrets, key: form-secret}}}\n`,
      );
    },
  },
  {
    name: 'shared files behind a link',
    aim: 'reads files outside',
    plant: (machine) => {
      link(machine, 'stacks/shared', machine.outside);
      machine.put('stacks/evil.yaml', `${BASE}extends: shared/canary.yaml\n`);
    },
  },
  {
    name: 'versions.yaml is a FIFO',
    aim: 'waits for ever',
    plant: (machine) => {
      renameSync(join(machine.workspace, 'versions.yaml'), join(machine.workspace, 'old.yaml'));
      fifo(machine, 'versions.yaml');
    },
    stops: 'synth',
  },
  {
    name: 'versions.yaml leads outside',
    aim: 'shows a file outside',
    plant: (machine) => {
      renameSync(join(machine.workspace, 'versions.yaml'), join(machine.workspace, 'old.yaml'));
      link(machine, 'versions.yaml', join(machine.outside, 'canary.yaml'));
    },
    stops: 'synth',
  },
  {
    name: 'the secrets folder leads outside',
    aim: 'writes outside',
    plant: (machine) => moveOut(machine, 'stacks/good.secrets'),
    stops: 'synth',
  },
  {
    name: 'parts of the secrets folder lead outside',
    aim: 'reads and writes outside',
    plant: (machine) => {
      link(machine, 'stacks/good.secrets/escrow/synapse-secrets/x', machine.outside);
      link(machine, 'stacks/sops.secrets/canary.yaml', join(machine.outside, 'canary.yaml'));
    },
  },
  {
    name: 'certificates behind a link',
    aim: 'reads and writes outside',
    plant: (machine) => {
      link(machine, 'stacks/clusters', machine.outside);
      machine.put('stacks/evil.yaml', `${BASE}secrets: {certificates: clusters/canary.pem}\n`);
    },
  },
  {
    name: 'dist leads outside',
    aim: 'writes outside',
    plant: (machine) => moveOut(machine, 'dist'),
    stops: 'synth',
  },
  {
    name: 'folders in dist lead outside',
    aim: 'writes outside',
    plant: (machine) => {
      link(machine, 'dist/good', machine.outside);
      link(machine, 'dist/flux', machine.outside);
    },
    stops: 'synth',
  },
  {
    name: 'a journal in dist',
    aim: 'removes and replaces files outside at the next run',
    plant: (machine) => {
      machine.put('dist/.matrix-gitops/new/0', 'evil\n');
      const operations = [
        '../../outside/canary.yaml',
        join(machine.outside, 'canary.yaml'),
        'good/../../../outside/canary.yaml',
      ];
      machine.put(
        'dist/.matrix-gitops/journal.json',
        JSON.stringify({ version: 1, operations: operations.map((path) => ({ kind: 'remove', path })) }),
      );
    },
    stops: 'synth',
  },
  {
    name: 'a lock in dist',
    aim: 'waits for ever, or commands a terminal',
    plant: (machine) => {
      const owner = { pid: 1, host: TERMINAL, boot: '', pidSpace: '', started: '', since: 0, token: 'x' };
      machine.put('dist/.matrix-gitops/lock/owner.json', JSON.stringify(owner));
    },
    stops: 'synth',
  },
  {
    name: 'a lock that is a FIFO',
    aim: 'waits for ever',
    plant: (machine) => fifo(machine, 'dist/.matrix-gitops/lock/owner.json'),
    stops: 'synth',
  },
  {
    name: 'the version of dist',
    aim: 'commands a terminal, or fills the memory',
    plant: (machine) =>
      machine.put('dist/.matrix-gitops.json', JSON.stringify({ version: `99.0.0${TERMINAL}` })),
    stops: 'synth',
  },
  {
    name: 'compiled code in the workspace',
    aim: 'is run instead of the program',
    plant: (machine) =>
      mkdirSync(join(machine.workspace, 'cache/matrix-gitops'), { recursive: true, mode: 0o700 }),
    environment: (machine) => ({
      XDG_CACHE_HOME: join(machine.workspace, 'cache'),
      XDG_STATE_HOME: join(machine.workspace, 'state'),
      HOME: '',
    }),
  },
  {
    name: 'a relative home',
    aim: 'makes the workspace the home folder',
    plant: () => undefined,
    environment: () => ({ HOME: '.', XDG_CACHE_HOME: 'cache', XDG_STATE_HOME: 'state' }),
  },
  ...(
    [
      ['from the top of the file system', () => '/'],
      ['from the folder around the workspace', ({ top }) => top],
    ] as const satisfies readonly (readonly [string, (machine: Machine) => string])[]
  ).map(
    ([where, from]): Attack => ({
      name: `links, programs and records of the workspace, ${where}`,
      aim: 'are outside of no bounds there',
      plant: (machine) => {
        link(machine, 'stacks/canary.yaml', join(machine.outside, 'canary.yaml'));
        moveOut(machine, 'stacks/sops.secrets');
        for (const name of PROGRAMS) program(machine, `node_modules/.bin/${name}`);
        mkdirSync(join(machine.workspace, 'cache/matrix-gitops'), { recursive: true, mode: 0o700 });
      },
      from,
      environment: (machine) => ({ XDG_CACHE_HOME: join(machine.workspace, 'cache') }),
    }),
  ),
  {
    name: 'bytes that are not text',
    aim: 'stops the program, or says another thing to another reader',
    plant: (machine) => {
      machine.put(
        'stacks/latin.yaml',
        Buffer.concat([Buffer.from(`${BASE}element: {brand: "`), Buffer.from([0xe9]), Buffer.from('"}\n')]),
      );
      machine.put('stacks/wide.yaml', Buffer.from(`\ufeff${BASE}`, 'utf16le'));
      machine.put('stacks/delete.yaml', `${BASE}element: {brand: "\\x7f\\uffff\\0"}\n`);
      machine.put('stacks/directive.yaml', `%YAML 1.1\n---\n${BASE}`);
      machine.put('stacks/large.yaml', `${BASE}synapse: {extraConfig: {x: 9007199254740993}}\n`);
    },
  },
  {
    name: 'texts that take long',
    aim: 'keeps the processor or the memory busy',
    plant: (machine) => {
      const word = 'a'.repeat(200_000);
      machine.put('stacks/word.yaml', `${BASE}synapse: {extraConfig: {x: "http://${word}"}}\n`);
      const keys = Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join('\n');
      machine.put('stacks/keys.yaml', `${BASE}${keys}\n`);
      const layers = Array.from(
        { length: 30 },
        (_, index) => `    x${index + 1}: &x${index + 1} [*x${index}, *x${index}]`,
      );
      machine.put(
        'stacks/bomb.yaml',
        `${BASE}synapse:\n  extraConfig:\n    x0: &x0 [1, 1]\n${layers.join('\n')}\n`,
      );
      machine.put(
        'stacks/deep.yaml',
        `${BASE}synapse: {extraConfig: {x: ${'['.repeat(3000)}${']'.repeat(3000)}}}\n`,
      );
    },
  },
  {
    name: 'overrides that do not fit',
    aim: 'stops the program, so that no stack is rendered',
    plant: (machine) => {
      const patches = [
        '{spec: {storage: {size: 4GB}}}',
        '{spec: {storage: {size: many}}}',
        '[{op: add, path: /__proto__/x, value: 1}]',
        '[{op: copy, from: /constructor, path: /spec/x}]',
        '[{op: move, from: "", path: /spec/x}]',
        '[{op: replace, path: "", value: {}}]',
      ];
      for (const [index, patch] of patches.entries()) {
        machine.put(
          `stacks/o${index}.yaml`,
          `${BASE.replace('evil', `o${index}`)}overrides: [{target: {kind: Cluster, name: matrix-db}, patch: ${patch}, why: x}]\n`,
        );
      }
      machine.put(
        'stacks/text.yaml',
        `${BASE}overrides: [{target: {kind: ConfigMap, name: synapse-config}, patch: {data: {homeserver.yaml: "a: [\\n---\\nb"}}, why: x}]\n`,
      );
    },
  },
  {
    name: 'manifests to include',
    aim: 'reads files outside, waits for ever, or gives everything to everybody',
    plant: (machine) => {
      const include = (name: string, path: string, more = ''): void =>
        machine.put(`stacks/${name}.yaml`, `${BASE.replace('evil', name)}include: [${path}]\n${more}`);
      link(machine, 'stacks/own/link.yaml', join(machine.outside, 'canary.yaml'));
      link(machine, 'stacks/linked', machine.outside);
      fifo(machine, 'stacks/pipes/pipe.yaml');
      machine.put('.git/config.yaml', `${machine.canary}: [\n`);
      plantRepository(machine, 'stacks/bare');
      include('i0', '../../outside/canary.yaml');
      include('i1', 'own');
      include('i2', 'linked');
      include('i3', 'linked/canary.yaml');
      include('i4', 'pipes');
      include('i5', '../.git/config.yaml');
      include('i6', 'bare');
      include('i7', '..');
      include('i8', 'good.secrets');
      machine.put('stacks/objects/admin.yaml', ADMIN);
      machine.put(
        'stacks/objects/terminal.yaml',
        `${JSON.stringify(TERMINAL)}: 1\nkind: ${JSON.stringify(TERMINAL)}\n`,
      );
      machine.put(
        'stacks/objects/bomb.yaml',
        `x0: &x0 [1, 1]\n${Array.from({ length: 30 }, (_, index) => `x${index + 1}: &x${index + 1} [*x${index}, *x${index}]`).join('\n')}\n`,
      );
      machine.put('stacks/objects/deep.yaml', `${'['.repeat(3000)}${']'.repeat(3000)}`);
      machine.put('stacks/objects/many.yaml', '---\na: 1\n'.repeat(100_000));
      machine.put('stacks/objects/admin\n---\n.yaml', ADMIN);
      include('i9', 'objects');
      machine.put(
        'stacks/names/flux.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: flux-system}\n',
      );
      include('i10', 'names');
      include(
        'i11',
        'objects/admin.yaml',
        'accept: [{code: MG125, object: ClusterRoleBinding/other, why: x}]\n',
      );
    },
  },
  {
    name: 'two stacks that claim what belongs to the good one',
    aim: 'takes its host and its folder',
    plant: (machine) => {
      machine.put('stacks/zz.yaml', `${GOOD.replace(/^secrets.*$/m, '')}namespace: zz\n`);
      machine.put('stacks/zzz.yaml', BASE.replace('evil', 'zzz').concat('name: good\n'));
    },
    stops: 'synth',
  },
];

/** The kinds of all objects in a text of YAML. */
export function kindsIn(text: string): readonly string[] {
  return text
    .split(/^---$/m)
    .map((one) => load(one))
    .flatMap((one) => (typeof one === 'object' && one !== null && 'kind' in one ? [String(one.kind)] : []));
}
