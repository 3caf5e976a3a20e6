import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { components } from '../../charts/index.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { type GivenFiles, givenBytes, LARGEST_CONFIG_MAP } from '../../charts/stack/read-extra-files.ts';
import { stackSchema } from '../../charts/stack/schema.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { render } from '../../src/render/render.ts';
import { sharedFiles } from '../../src/stack/extends.ts';
import { keysAt } from '../../src/stack/reading/schema-walk.ts';
import { dotted, type Path } from '../../src/stack/reading/yaml-source.ts';
import { fileContent, namedFiles } from '../../src/system/extra-files.ts';
import { faultDiagnostics } from '../../src/system/stack-fault.ts';
import {
  allProfiles,
  configData,
  dig,
  digList,
  objectOf,
  objectsOf,
  repositoryImages,
  stackFrom,
} from '../stacks.ts';

const HEAD = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;

/** Files of a repository that has only these. */
const having =
  (files: Readonly<Record<string, string | Uint8Array>>): GivenFiles =>
  (path) => {
    const found = files[path];
    return found === undefined
      ? { code: 'MG012', problem: 'it does not exist', remedy: 'add it' }
      : givenBytes(Buffer.from(found));
  };

const load = (more: string, files: Readonly<Record<string, string | Uint8Array>> = {}) =>
  loadStack('stacks/chat.yaml', HEAD + more, repositoryImages(), undefined, having(files));

/** What is wrong with a stack file, or with what is rendered from it. */
function wrong(more: string, files: Readonly<Record<string, string | Uint8Array>> = {}): readonly string[] {
  const { value, source, diagnostics } = load(more, files);
  const all =
    value === undefined || source === undefined
      ? diagnostics
      : faultDiagnostics(render(value).faults, source);
  return all.map(
    ({ code, position: { file, line, column }, what, remedy }) =>
      `${file}:${line}:${column} ${code} ${what}; ${remedy}`,
  );
}

function valid(more: string, files: Readonly<Record<string, string | Uint8Array>> = {}): Stack {
  const { value, diagnostics } = load(more, files);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

const synapseFiles = (files: string): string => `synapse: {extraFiles: ${files}}\n`;

describe('files for programs', () => {
  it('come from the repository, from the stack file and from Secrets, each mounted by itself', () => {
    const stack = valid(
      `${synapseFiles('{/t/a.html: {file: mail/a.html}, /t/b.txt: {text: b}, /r.yaml: {fromSecret: own, key: r}}')}secrets: {own: {own: {r: {}}}}\n`,
      { 'stacks/mail/a.html': '<p>\n#a\n</p>' },
    );
    expect(dig(objectOf(stack, 'ConfigMap', 'synapse-files'), 'data')).toEqual({
      't_a.html': '<p>\n#a\n</p>',
      't_b.txt': 'b',
    });
    const pod = dig(objectOf(stack, 'Deployment', 'synapse'), 'spec', 'template', 'spec');
    expect(
      digList(pod, 'containers', 0, 'volumeMounts').filter((one) => dig(one, 'name') === 'files'),
    ).toEqual([
      { name: 'files', mountPath: '/r.yaml', readOnly: true, subPath: 'r.yaml' },
      { name: 'files', mountPath: '/t/a.html', readOnly: true, subPath: 't_a.html' },
      { name: 'files', mountPath: '/t/b.txt', readOnly: true, subPath: 't_b.txt' },
    ]);
    expect(digList(pod, 'volumes').find((one) => dig(one, 'name') === 'files')).toMatchObject({
      projected: {
        sources: [
          { configMap: { name: 'synapse-files' } },
          // Nobody but the program's own group may read it.
          { secret: { name: 'own', items: [{ key: 'r', path: 'r.yaml', mode: 0o440 }] } },
        ],
      },
    });
  });

  it('are read from the folder of the file that writes them', () => {
    const shared = sharedFiles(() => ({ text: synapseFiles('{/a: {file: ../files/a.txt}}') }));
    const asked: string[] = [];
    loadStack(
      'stacks/chat.yaml',
      `${HEAD}extends: shared/base.yaml\n`,
      repositoryImages(),
      shared,
      (path) => {
        asked.push(path);
        return givenBytes(Buffer.from('a'));
      },
    );
    expect(asked).toEqual(['stacks/files/a.txt']);
  });

  it('are not read where the component is switched off', () => {
    expect(wrong('element: {enabled: false, extraFiles: {/app/a.svg: {file: a.svg}}}\n')).toEqual([]);
  });

  it('make the program a reader of the Secret', () => {
    const { secrets } = valid(
      `${synapseFiles('{/r.yaml: {fromSecret: own, key: r}}')}secrets: {own: {own: {r: {}, other: {}}}}\n`,
    );
    const own = secrets.find(({ name }) => name === 'own');
    expect(own?.keys.map(({ key, readers }) => [key, readers])).toEqual([
      ['other', []],
      ['r', ['synapse']],
    ]);
  });

  it.each([
    ['a change of a line that looks like a comment', '#a {\n}\n', '#b {\n}\n'],
    ['bytes', Uint8Array.of(0, 1), Uint8Array.of(0, 2)],
  ])('start exactly their readers again after %s', (_, before, after) => {
    const [one, other] = [before, after].map((content) =>
      valid(`${synapseFiles('{/a.css: {file: a.css}}')}element: {extraFiles: {/app/b.css: {text: b}}}\n`, {
        'stacks/a.css': content,
      }),
    );
    const template = (stack: Stack | undefined, name: string): unknown =>
      stack === undefined ? undefined : dig(objectOf(stack, 'Deployment', name), 'spec', 'template');
    expect(template(one, 'synapse')).not.toEqual(template(other, 'synapse'));
    expect(template(one, 'element')).toEqual(template(other, 'element'));
  });

  it('that a file cannot be read for is an error where it is named', () => {
    expect(wrong(synapseFiles('{/a.svg: {file: a.svg}}'))).toEqual([
      'stacks/chat.yaml:4:39 MG012 cannot read stacks/a.svg: it does not exist; add it',
    ]);
  });

  it('that no ConfigMap holds are an error with both sizes', () => {
    const half = new Uint8Array(LARGEST_CONFIG_MAP / 2);
    const files = synapseFiles('{/a: {file: half}, /b: {file: half}}');
    expect(wrong(files, { 'stacks/half': half })).toEqual([]);
    expect(wrong(`${files.slice(0, -3)}, /c: {text: c}}}\n`, { 'stacks/half': half })).toEqual([
      'stacks/chat.yaml:4:71 MG132 with synapse.extraFiles./c.text (1 bytes), the files for synapse have 1,048,577 bytes in total: a ConfigMap holds at most 1,048,576; use smaller files, or serve the large ones from another server',
    ]);
  });

  const TOKEN = 'as_token: 0123456789abcdef0123456789abcdef\n';
  const utf16 = Buffer.from(`\ufeff${TOKEN}`, 'utf16le');
  // Put together here, so that scanners of this repository find no key.
  const key = `\0\u0001-----BEGIN ${'PRIVATE'} KEY-----\nMIIB\n-----END ${'PRIVATE'} KEY-----\n`;

  it.each([
    ['text', TOKEN, 'r.yaml'],
    ['text with the line ends of Windows', TOKEN.replace('\n', '\r\n'), 'r.yaml'],
    ['text in UTF-16', utf16, 'r.yaml'],
    ['bytes that are no text', key, 'r.bin'],
  ])('that hold a secret in %s are refused at their line', (_, content, name) => {
    const [found, ...others] = wrong(synapseFiles(`{/r/${name}: {file: ${name}}}`), {
      [`stacks/${name}`]: content,
    });
    expect(others).toEqual([]);
    expect(found).toMatch(
      /^stacks\/chat\.yaml:4:24 MG134 \/r\/r\.\w+ holds a .*\(MR008\); .*fromSecret: NAME/,
    );
    expect(found).not.toContain('0123456789');
  });

  it('that hold a secret are refused at their line where an override changes the same ConfigMap', () => {
    const label = '{metadata: {labels: {a: b}}}';
    const held = synapseFiles(`{/r.yaml: {text: "${TOKEN.trim()}"}}`);
    const override = (patch: string): string =>
      `overrides: [{target: {kind: ConfigMap, name: synapse-files}, patch: ${patch}, why: w}]\n`;
    expect(wrong(held + override(label))).toEqual([
      expect.stringContaining('stacks/chat.yaml:4:24 MG134 /r.yaml'),
    ]);
    // What an override made of a file is the override's.
    const made = valid(
      `${synapseFiles('{/r.yaml: {text: "a: 1"}}')}${override(`{data: {r.yaml: "${TOKEN.trim()}"}}`)}`,
    );
    expect(render(made)).toMatchObject({
      faults: [],
      problems: [{ code: 'MG055', at: ['patch', 'data', 'r.yaml'] }],
    });
  });

  it.each([
    ['/a/b_c and /a_b/c', ['/a/b_c', '/a_b/c'], ['a_b_c', '_a_b_c']],
    ['what every object has', ['/constructor', '/__proto__'], ['___proto__', '_constructor']],
  ])('have a name of their own: %s', (_, paths, names) => {
    const files = paths.map((path) => ({
      workload: 'w',
      path,
      at: [],
      from: { kind: 'content', content: { text: '' } } as const,
    }));
    expect(namedFiles(files, 'w').map(({ name }) => name)).toEqual(names);
    const stack = valid(synapseFiles(`{${paths.map((path) => `${path}: {text: x}`).join(', ')}}`));
    expect(Object.keys(Object(dig(objectOf(stack, 'ConfigMap', 'synapse-files'), 'data'))).sort()).toEqual(
      [...names].sort(),
    );
  });
});

describe('what is in a file', () => {
  it.each([
    ['a\nb', { text: 'a\nb' }],
    ['', { text: '' }],
    ['\u00e4 \u{1f600}\n', { text: '\u00e4 \u{1f600}\n' }],
    ['a\r\n', { base64: 'YQ0K' }],
    ['\ta', { base64: 'CWE=' }],
    ['\ufeffa', { base64: '77u/YQ==' }],
    [Uint8Array.of(0xff), { base64: '/w==' }],
  ])('%j is kept byte for byte', (content, expected) => {
    expect(fileContent(Buffer.from(content))).toEqual(expected);
  });
});

describe('the places where files are taken', () => {
  it('are those of the schema', () => {
    const inSchema = (group: Path): readonly string[] =>
      keysAt(stackSchema, group).flatMap((key) => [
        ...(key === 'extraFiles' ? [dotted([...group, key])] : []),
        ...inSchema([...group, key]),
      ]);
    const declared = Object.values(components).flatMap(({ key, extraFiles }) =>
      extraFiles.map(({ at }) => dotted([key, ...at])),
    );
    expect(declared.sort()).toEqual([...inSchema([])].sort());
  });

  it('reach the container of their program, and keep out of everything that is mounted there already', () => {
    const stack =
      stackFrom(`${HEAD}callNodes: {}\nelement: {extraFiles: {/x: {text: x}}}\nlivekit: {extraFiles: {/x: {text: x}}}
synapse: {extraFiles: {/x: {text: x}}}
jitsi: {access: anyone, prosody: {extraFiles: {/x: {text: x}}}, jicofo: {extraFiles: {/x: {text: x}}}, jvb: {extraFiles: {/x: {text: x}}}, web: {extraFiles: {/x: {text: x}}}}
`);
    for (const { key, extraFiles } of Object.values(components)) {
      for (const { workload, taken } of extraFiles) {
        const mounts = [stack, ...allProfiles()].flatMap((one) =>
          objectsOf(one)
            .filter(({ manifest }) => manifest.kind === 'Deployment' && manifest.metadata.name === workload)
            .flatMap(({ manifest }) =>
              digList(manifest, 'spec', 'template', 'spec', 'containers', 0, 'volumeMounts'),
            ),
        );
        const own = mounts
          .filter((one) => dig(one, 'name') !== 'files')
          .map((one) => String(dig(one, 'mountPath')));
        expect(
          mounts.map((one) => dig(one, 'mountPath')),
          `${key} ${workload}`,
        ).toContain('/x');
        const free = own.filter(
          (path) =>
            path !== '/run' &&
            !taken.some((one) =>
              one.endsWith('*') ? path.startsWith(one.slice(0, -1)) : `${path}/`.startsWith(`${one}/`),
            ),
        );
        expect(free, `${key} ${workload}`).toEqual([]);
      }
    }
  });
});

describe('a module of Element', () => {
  it.each(['/modules/a/index.js', '/modules/a.js', '/modules'])(
    'is refused at %s, where this stack serves none, with the way that works',
    (path) => {
      expect(wrong(`element: {extraFiles: {${path}: {text: a}}}\n`)).toEqual([
        `stacks/chat.yaml:4:24 MG130 ${path} would have no effect: the image lists what is there in a config.json that this stack does not serve; put it below /app, such as /app/own/module.js, and name its address there: element.extraConfig: {modules: [/own/module.js]}`,
      ]);
    },
  );

  it('is named in the configuration, by its address', () => {
    const stack = valid(
      'element: {extraConfig: {modules: [/own/module.js]}, extraFiles: {/app/own/module.js: {text: a}}}\n',
    );
    expect(configData(stack, 'element-config', 'config.json')).toMatchObject({ modules: ['/own/module.js'] });
  });
});

describe('an option that names a file', () => {
  const named = (options: string, files: string, more = ''): readonly string[] =>
    wrong(`synapse: {extraConfig: ${options}, extraFiles: ${files}}\n${more}`);

  it('which nobody gives, beside one that somebody does, is an error with the one that was meant', () => {
    expect(
      named('{app_service_config_files: [/extra/brigde.yaml]}', '{/extra/bridge.yaml: {text: a}}'),
    ).toEqual([
      'stacks/chat.yaml:4:52 MG136 synapse.extraConfig.app_service_config_files[0] names /extra/brigde.yaml, but synapse.extraFiles puts no file at that path; did you mean "/extra/bridge.yaml"? correct the path, or add the file there',
    ]);
  });

  it.each([
    ['the file', '{a: /extra/a.yaml}', '{/extra/a.yaml: {text: a}}'],
    [
      'a folder around it',
      '{a: /extra/templates, b: /extra/templates/}',
      '{/extra/templates/a.html: {text: a}}',
    ],
    ['its folder', '{a: /extra}', '{/extra/a.yaml: {text: a}}'],
    ['another folder', '{a: /other/a.yaml, b: /extras/a.yaml}', '{/extra/a.yaml: {text: a}}'],
    ['a file of the image', '{a: /etc/ssl/certs/ca-certificates.crt}', '{/etc/ssl/certs/own.pem: {text: a}}'],
    ['an address', '{a: "/extra/x?y", b: "https://example.org/extra/x"}', '{/extra/a.yaml: {text: a}}'],
    ['anything, beside a file at the top', '{a: /nothing}', '{/a.yaml: {text: a}}'],
  ])('may name %s', (_, options, files) => {
    expect(named(options, files)).toEqual([]);
  });

  it('may name what an override mounts', () => {
    const mount = `overrides:
  - target: {kind: Deployment, name: synapse}
    why: x
    patch:
      - {op: add, path: /spec/template/spec/volumes/-, value: {name: more, emptyDir: {}}}
      - {op: add, path: /spec/template/spec/containers/0/volumeMounts/-, value: {name: more, mountPath: /extra/more}}
`;
    expect(named('{a: /extra/more/a}', '{/extra/a.yaml: {text: a}}', mount)).toEqual([]);
  });

  it('may name what the image of Jitsi makes beside it', () => {
    expect(
      wrong(
        'jitsi: {access: anyone, prosody: {env: {LDAP_TLS_CACERT_FILE: /config/ca.pem}, extraFiles: {/config/own.conf: {text: a}}}}\n',
      ),
    ).toEqual([]);
  });
});

describe('the files of Element itself', () => {
  it.each([
    ['index.html', 'index.html'],
    ['bundles', 'bundles'],
    ['bundles/0123/bundle.js', 'bundles'],
    ['sw.js', 'sw.js'],
    ['version', 'version'],
    ['i18n/en_EN.1234567.json', 'i18n'],
    ['usercontent/index.html', 'usercontent'],
    ['opus-encoderWorker.min.1234567.js', 'opus-*'],
    ['widgets', 'widgets/element-call'],
  ])('cannot be replaced: %s', (path, taken) => {
    expect(wrong(`element: {extraFiles: {/app/${path}: {text: a}}}\n`)).toEqual([
      expect.stringContaining(
        `4:24 MG130 /app/${path} is already used: /app/${taken} belongs to this stack or to the image`,
      ),
    ]);
  });

  it.each([
    'welcome.html',
    'home.html',
    'themes/own/logo.svg',
    'manifest.json',
    'vector-icons/favicon.ico',
    'own/a.js',
  ])('that people do replace are free: %s', (path) => {
    expect(wrong(`element: {extraFiles: {/app/${path}: {text: a}}}\n`)).toEqual([]);
  });
});

describe('docs/files.md', () => {
  const blocks = [...readFileSync('docs/files.md', 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  );
  const picture: GivenFiles = () => givenBytes(Buffer.from('<p>a picture or page</p>'));

  it.each(blocks)('has an example that works: %s', (block) => {
    const text = `${HEAD}callNodes: {}\n${block}`;
    const { value, diagnostics } = loadStack('stacks/x.yaml', text, repositoryImages(), undefined, picture);
    expect(diagnostics).toEqual([]);
    const rendered = value === undefined ? undefined : render(value);
    expect(rendered).toMatchObject({ findings: [], faults: [], problems: [] });
  });

  it('names variables of a directory only where the image reads them', () => {
    for (const block of blocks.filter((one) => one.includes('LDAP_'))) {
      expect(block).toMatch(/AUTH_TYPE: ldap/);
      expect(block).toContain('LDAP_BASE: ');
    }
  });

  it('has an example of each setting', () => {
    for (const setting of ['file:', 'fromSecret:', 'extraSecretConfig:', 'env:']) {
      expect(blocks.join('')).toContain(setting);
    }
  });
});
