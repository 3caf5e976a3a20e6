/** Inputs under 1 MB made to take time and memory, each a stack file. What a stack has besides is `HEAD`. */

const HEAD = 'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n';

const times = (count, text) => Array.from({ length: count }, (_, n) => text(n)).join('');
const list = (count, text) => Array.from({ length: count }, (_, n) => text(n)).join(', ');
const overrides = (items) => `${HEAD}element: {}\noverrides:\n${items}`;
const override = (patch, kind = 'Deployment', name = 'synapse') =>
  `- {target: {kind: ${kind}, name: ${name}}, patch: ${patch}, why: x}\n`;
const bomb = (levels) =>
  times(levels, (n) => `${n}: &a${n} [${list(9, () => (n === 0 ? 'x' : `*a${n - 1}`))}]\n`);
const indented = (text) => text.replaceAll(/^(?=.)/gm, '      ');

/** Text that makes a pattern with two ways to read it try both everywhere. */
const KILLERS = {
  letters: 'a'.repeat(200_000),
  digits: '1'.repeat(200_000),
  dots: 'a.'.repeat(100_000),
  dashes: `a${'-'.repeat(200_000)}!`,
  slashes: '/a'.repeat(100_000),
  braces: `${'{secret}'.repeat(25_000)}!`,
};
const FIELDS = {
  serverName: (word) => HEAD.replace('example.org', word),
  name: (word) => `${HEAD}name: ${word}\n`,
  namespace: (word) => `${HEAD}namespace: ${word}\n`,
  size: (word) => `${HEAD}size: ${word}\n`,
  extends: (word) => `${HEAD}extends: ${word}\n`,
  'flux.path': (word) => `${HEAD}flux: {path: "./${word}"}\n`,
  'tls.secret': (word) => HEAD.replace('secret: tls', `secret: "${word}"`),
  nodeSelector: (word) => `${HEAD}callNodes: {nodeSelector: {a: "${word}"}}\n`,
  drain: (word) => `${HEAD}callNodes: {drain: "${word}"}\n`,
  address: (word) => `${HEAD}callNodes: {addresses: {public: "${word}"}}\n`,
  uploadLimit: (word) => `${HEAD}synapse: {uploadLimit: "${word}"}\n`,
  'pvc.size': (word) => `${HEAD}synapse: {media: {pvc: {size: "${word}"}}}\n`,
  'livekit.udp': (word) => `${HEAD}livekit: {udp: "${word}"}\n`,
  'jitsi.env': (word) => `${HEAD}jitsi: {access: anyone, jvb: {env: {A: "${word}"}}}\n`,
  'extraFiles path': (word) => `${HEAD}synapse: {extraFiles: {"/${word}": {text: x}}}\n`,
  'extraFiles file': (word) => `${HEAD}synapse: {extraFiles: {/extra/x: {file: "${word}"}}}\n`,
  'extraFiles text': (word) => `${HEAD}synapse: {extraFiles: {/extra/x: {text: "${word}"}}}\n`,
  certificates: (word) => `${HEAD}secrets: {certificates: "${word}"}\n`,
  recipients: (word) => `${HEAD}secrets: {provider: sops, recipients: ["${word}"]}\n`,
  remoteKey: (word) =>
    `${HEAD}secrets: {provider: external-secrets, store: {name: x}, remoteKey: "${word}"}\n`,
  refreshInterval: (word) => `${HEAD}secrets: {provider: external-secrets, refreshInterval: "${word}"}\n`,
  pointer: (word) => overrides(override(`[{op: remove, path: "/${word}"}]`)),
  quantity: (word) =>
    overrides(
      override(
        `{spec: {template: {spec: {containers: [{name: synapse, resources: {limits: {memory: "${word}"}}}]}}}}`,
      ),
    ),
  image: (word) =>
    overrides(override(`{spec: {template: {spec: {containers: [{name: a, image: "${word}"}]}}}}`)),
  label: (word) => overrides(override(`{metadata: {labels: {a: "${word}"}}}`)),
  annotation: (word) => overrides(override(`{metadata: {annotations: {a: "${word}"}}}`)),
};

/** Every input by what it is. */
export const HOSTILE = {
  '10,000 unknown keys': () => HEAD + times(9_990, (n) => `key${n}: 1\n`),
  '6,000 misspelt keys in a list': () =>
    `${HEAD}callNodes:\n  tolerations: [${list(6_000, () => '{kye: a}')}]\n`,
  'keys one letter off': () => HEAD + times(9_000, (n) => `synaps${n}: 1\n`),
  '4,000 aliases': () => `${HEAD}x: &x {a: 1}\ny: [${list(4_000, () => '*x')}]\n`,
  '40,000 aliases in ten lists': () =>
    `${HEAD}x: &x 1\n${times(10, (n) => `y${n}: [${list(4_500, () => '*x')}]\n`)}`,
  '9,000 anchors': () => `${HEAD}y: [${list(9_000, (n) => `&a${n} 1`)}]\n`,
  'an alias bomb': () => `${HEAD}element:\n  extraConfig:\n${indented(bomb(9))}`,
  'an alias bomb in a ConfigMap': () =>
    `${overrides('- target: {kind: ConfigMap, name: element-config}\n  why: x\n  patch:\n    data:\n      config.json: |\n')}${indented(indented(bomb(9)))}`,
  'one long text, 2,000 times': () =>
    `${HEAD}x: &x ${'x'.repeat(200_000)}\nfederation: {allow: [${list(2_000, () => '*x')}]}\n`,
  '3,000 brackets': () => `${HEAD}x: ${'['.repeat(3_000)}\n`,
  '900,000 brackets': () => `${HEAD}x: ${'['.repeat(900_000)}\n`,
  '400,000 dashes': () => `${HEAD}x:\n  ${'- '.repeat(400_000)}\n`,
  '1,300 indents': () => times(1_300, (n) => `${' '.repeat(n)}a:\n`),
  'braces 150 deep in a ConfigMap': () =>
    overrides(override(`{data: {config.json: "${'['.repeat(20_000)}"}}`, 'ConfigMap', 'element-config')),
  'dashes in a ConfigMap': () =>
    overrides(override(`{data: {config.json: "${'- '.repeat(100_000)}"}}`, 'ConfigMap', 'element-config')),
  'commas only': () => `${HEAD}x: [${','.repeat(900_000)}]\n`,
  'closing braces only': () => '}'.repeat(900_000),
  'blank lines': () => '\n'.repeat(990_000),
  '250,000 documents': () => '---\n'.repeat(240_000),
  'tags only': () => `x: ${'!x '.repeat(300_000)}`,
  'directives only': () => '%a\n'.repeat(300_000),
  'a text of 900 kB': () => `${HEAD}x: "${'x'.repeat(900_000)}"\n`,
  'a key of 900 kB': () => `${HEAD}? ${'x'.repeat(900_000)}\n: 1\n`,
  'a list of 490,000': () => `${HEAD}element: {extraConfig: {x: [${'1,'.repeat(490_000)}]}}\n`,
  'a list of 9,000 in a list of ten': () =>
    `${HEAD}element: {extraConfig: {x: [${list(5, () => `[${list(8_000, () => '1')}]`)}]}}\n`,
  '9,000 keys written twice': () => HEAD + times(9_000, () => 'size: small\n'),
  '9,000 servers': () => `${HEAD}federation: {allow: [${list(9_000, (n) => `s${n}.example.org`)}]}\n`,
  '9,000 wrong servers': () => `${HEAD}federation: {allow: [${list(9_000, (n) => `S${n}`)}]}\n`,
  '6,000 labels': () =>
    `${HEAD}livekit: {}\ncallNodes: {nodeSelector: {${list(6_000, (n) => `l${n}: a`)}}}\n`,
  '3,000 tolerations': () =>
    `${HEAD}livekit: {}\ncallNodes: {tolerations: [${list(3_000, (n) => `{key: l${n}, value: a}`)}]}\n`,
  '5,000 files to extend': () => `${HEAD}extends: [${list(5_000, (n) => `s${n}.yaml`)}]\n`,
  '5,000 additions that others own': () =>
    `${HEAD}synapse: {extraConfig: {database: {${list(5_000, (n) => `a${n}: 1`)}}}}\n`,
  '6,000 environment variables': () =>
    `${HEAD}jitsi: {access: anyone, jvb: {env: {${list(6_000, (n) => `A${n}: 1`)}}}}\n`,
  '2,000 overrides of RFC 6902': () =>
    overrides(times(2_000, (n) => override(`[{op: add, path: /metadata/annotations, value: {a: "${n}"}}]`))),
  '1,500 overrides of a wide object': () =>
    overrides(
      `${override(`{metadata: {annotations: {${list(6_000, (n) => `a${n}: b`)}}}}`)}${times(1_500, (n) => override(`{metadata: {annotations: {a${n}: c}}}`))}`,
    ),
  '2,000 overrides of nothing': () =>
    overrides(times(2_000, (n) => override('{spec: {}}', 'Deployment', `synaps${n}`))),
  '2,000 overrides that break a rule': () =>
    overrides(times(2_000, (n) => override(`{spec: {wrong${n}: 1}}`))),
  '6,000 steps of RFC 6902': () =>
    overrides(override(`[${list(6_000, (n) => `{op: add, path: /metadata/labels/a${n}, value: a}`)}]`)),
  'copies that double': () =>
    overrides(
      override(
        `[{op: add, path: /spec/a, value: {}}, ${list(60, (n) => `{op: copy, from: /spec, path: /spec/a/${n}}`)}]`,
      ),
    ),
  'moves that nest': () =>
    overrides(
      override(
        `[${list(4_000, () => `{op: add, path: /spec/n, value: {}}, {op: move, from: /spec/m, path: /spec/n/m}, {op: move, from: /spec/n, path: /spec/m}`)}]`,
      ),
    ),
  '3,000 containers by one override': () =>
    overrides(
      override(
        `{spec: {template: {spec: {containers: [${list(3_000, (n) => `{name: c${n}, image: a}`)}]}}}}`,
      ),
    ),
  '9,000 keys of a ConfigMap': () =>
    overrides(
      override(`{data: {${list(9_000, (n) => `k${n}.yaml: "a: 1"`)}}}`, 'ConfigMap', 'element-config'),
    ),
  ...Object.fromEntries(
    Object.entries(FIELDS).flatMap(([field, text]) =>
      Object.entries(KILLERS).map(([what, word]) => [`${field}: 200,000 ${what}`, () => text(word)]),
    ),
  ),
};
