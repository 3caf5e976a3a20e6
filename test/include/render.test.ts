import { describe, expect, it } from 'vitest';
import { CONFIG, deployment, errors, renderedWith } from './manifests.ts';

const service = (name: string, selector: string, more = ''): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: chat}
spec: {selector: ${selector}, ports: [{name: http, port: 80, targetPort: http}]${more}}
`;
const OF_SYNAPSE = '{app.kubernetes.io/component: synapse, app.kubernetes.io/instance: chat}';
const route = (match: string, to = 'page'): string => `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: page, namespace: chat}
spec:
  entryPoints: [websecure]
  routes:
    - {kind: Rule, match: "${match}", services: [{name: ${to}, port: http}]}
`;

describe('what is included', () => {
  it('is rendered in the folder of its layer, without its comments, with a line that says from where', () => {
    const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: page, namespace: chat, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;
    const { files, findings, diagnostics } = renderedWith(`# mine\n${CONFIG}---\n${claim}`);
    expect({ findings, diagnostics }).toEqual({ findings: [], diagnostics: [] });
    expect(files.get('chat/namespace/own/a.yaml')).toBe(
      `# chat/namespace/own/a.yaml is rendered from stacks/chat.yaml: it is made from stacks/own/a.yaml: change that file and run "npm run synth", not this one.
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
  namespace: chat
data:
  a: b
`,
    );
    expect(files.get('chat/data/own/a.yaml')).toContain('kind: PersistentVolumeClaim');
    expect(files.get('chat/data/kustomization.yaml')).toContain('  - own\n');
    expect(files.get('chat/data/own/kustomization.yaml')).toContain('  - a.yaml\n');
    expect(files.get('chat/SUMMARY.md')).toContain('| `ConfigMap/chat/page` | `stacks/own/a.yaml` |');
  });

  it('changes nothing else', () => {
    const without = renderedWith('').files;
    const { files } = renderedWith(CONFIG);
    const known = [...without].filter(
      ([path]) =>
        !/SUMMARY\.md$|namespace\/kustomization\.yaml$/.test(path) && files.get(path) !== without.get(path),
    );
    expect(known).toEqual([]);
  });

  it('can be read by what else there is, and restarts it when it changes', () => {
    const mounted = (value: string): string =>
      String(
        renderedWith(
          `${CONFIG.replace('a: b', `a: ${value}`)}---\n${deployment('{app: page}', '      volumes: [{name: page, configMap: {name: page}}]\n')}`,
        ).files.get('chat/components/own/a.yaml'),
      );
    expect(mounted('b')).toContain('checksum/page: ');
    expect(mounted('b')).not.toBe(mounted('c'));
  });

  it('comes before what may need it', () => {
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: page, namespace: chat}\n';
    const generator =
      'apiVersion: generators.external-secrets.io/v1alpha1\nkind: Password\nmetadata: {name: page, namespace: chat}\n';
    const agreed = 'accept: [{code: MG125, object: Password/chat/page, why: x}]\n';
    const { files } = renderedWith(`${CONFIG}---\n${account}---\n${generator}`, agreed);
    expect(files.get('chat/namespace/own/a.yaml')).toMatch(/kind: ConfigMap[\s\S]*kind: ServiceAccount/);
    expect(files.get('chat/secrets/own/a.yaml')).toContain('kind: Password');
  });

  it('says in its record of the DNS whose host it is', () => {
    const { files } = renderedWith(route('Host(`page.example.org`)', 'synapse'));
    expect(files.get('chat/SUMMARY.md')).toMatch(
      /\| `page\.example\.org` \| A \| .* \| .*, for an object of your own \|/,
    );
  });

  it('can be what an override changes, and what one names', () => {
    const override =
      'overrides: [{target: {kind: ConfigMap, name: page}, patch: {data: {a: c}}, why: x}, {target: {kind: Deployment, name: synapse}, patch: [{op: add, path: /spec/template/spec/volumes/-, value: {name: page, configMap: {name: page}}}], why: x}]\n';
    expect(errors(CONFIG, override)).toEqual([]);
    expect(renderedWith(CONFIG, override).files.get('chat/namespace/own/a.yaml')).toContain('a: c');
  });

  it('may use a Secret of secrets.own, and no key that it lacks', () => {
    const page = (key: string): string =>
      deployment().replace(
        '          ports:',
        `          env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: page, key: ${key}}}}]\n          ports:`,
      );
    const own = 'secrets: {own: {page: {token: {}}}}\n';
    expect(errors(page('token'), own)).toEqual([]);
    const secrets = renderedWith(page('token'), own).files.get('chat/SECRETS.md');
    expect(secrets).toMatch(/\| `token` \| a value of your own \| page \|/);
    const options = 'synapse: {extraSecretConfig: {x: {fromSecret: page, key: token}}}\n';
    expect(renderedWith(page('token'), options + own).files.get('chat/SECRETS.md')).toContain(
      '| `token` | a value of your own | page, `synapse-secret-config/secret-config.yaml` |',
    );
    expect(errors(page('other'), own)).toEqual([
      expect.stringMatching(/^stacks\/own\/a\.yaml:\d+:\d+ MG127: Deployment\/chat\/page .*\(MR004\); /),
    ]);
  });
});

describe('what is wrong with an included object', () => {
  it('is reported where it is written', () => {
    expect(errors(deployment().replace('replicas: 1', 'replicas: many'))).toEqual([
      expect.stringMatching(
        /^stacks\/own\/a\.yaml:5:13 MG127: Deployment\/chat\/page spec\.replicas .*\(MR001\); /,
      ),
    ]);
    expect(errors(deployment().replace('1.29.3', 'latest'))).toEqual([
      expect.stringMatching(/:15:18 MG127: .*image .*a tag that moves to other releases \(MR006\); /),
    ]);
    expect(errors(`${CONFIG}---\n${service('page', '{app: page}')}`)).toEqual([
      expect.stringMatching(/:9:\d+ MG127: Service\/chat\/page spec\.selector matches no pod .*\(MR005\); /),
    ]);
  });

  it('is a definition of a kind that goes with all objects of that kind', () => {
    const definition = (annotations: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org, annotations: ${annotations}}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
    const agreed = 'accept: [{code: MG125, object: CustomResourceDefinition/widgets.example.org, why: x}]\n';
    expect(errors(definition('{}'), agreed)).toEqual([
      expect.stringMatching(
        /^stacks\/own\/a\.yaml:.* MG127: CustomResourceDefinition\/widgets\.example\.org .*prune.*\(MR009\); /,
      ),
    ]);
    expect(errors(definition('{kustomize.toolkit.fluxcd.io/prune: disabled}'), agreed)).toEqual([]);
  });

  it('is reported there too where another object is broken by it', () => {
    const found = errors(
      `${CONFIG}---\n${deployment(OF_SYNAPSE.replace('{', '{app: page, ')).replace('8008', '9000').replace('name: http', 'name: web').replace('port: http', 'port: web')}`,
    );
    expect(found).toEqual([
      expect.stringMatching(
        /^stacks\/own\/a\.yaml:7:7 MG127: with this object, Service\/chat\/synapse .*\(MR005\); /,
      ),
      expect.stringMatching(
        /^stacks\/own\/a\.yaml:13:16 MG127: Deployment\/chat\/page .*\(MR005\); use labels of/,
      ),
    ]);
  });

  it('is reported at an override only where that broke it', () => {
    const patch = (text: string): string =>
      `overrides: [{target: {kind: Deployment, name: page}, patch: ${text}, why: x}]\n`;
    expect(errors(deployment(), patch('{spec: {replicas: many}}'))).toEqual([
      expect.stringMatching(/^stacks\/chat\.yaml:5:\d+ MG055: .*\(MR001\)/),
    ]);
    const wrong = deployment().replace('replicas: 1', 'replicas: many');
    expect(errors(wrong, patch('{metadata: {labels: {a: b}}}'))).toEqual([
      expect.stringMatching(/^stacks\/own\/a\.yaml:5:13 MG127: .*\(MR001\)/),
    ]);
  });

  it('an object that the stack renders already', () => {
    expect(errors(CONFIG.replace('name: page', 'name: synapse-config'))).toEqual([
      expect.stringMatching(
        /^stacks\/own\/a\.yaml:3:18 MG126: ConfigMap\/chat\/synapse-config is already rendered .*; .*kind: ConfigMap, name: synapse-config/,
      ),
    ]);
  });

  it('pods that get the requests of others, and Services that lead past the entrances', () => {
    expect(errors(deployment(OF_SYNAPSE.replace('{', '{app: page, ')))).toEqual([
      expect.stringMatching(
        /:8:16 MG127: .*labels match the selector of Service\/chat\/synapse: .*\(MR005\); /,
      ),
    ]);
    expect(errors(service('other', OF_SYNAPSE))).toEqual([
      expect.stringMatching(
        /:4:8 MG127: .*leads to the pods of Deployment\/chat\/synapse, bypassing the entrances/,
      ),
    ]);
  });

  it('a route to the administration of the homeserver', () => {
    expect(errors(route('Host(`matrix.example.org`)', 'synapse'))).toEqual([
      expect.stringMatching(
        /:7:\d+ MG127: IngressRoute\/chat\/page .* lets anyone reach \/_synapse\/admin.*\(MR014\)/,
      ),
    ]);
  });

  it('hidden by no agreement to its kind', () => {
    const widget = `apiVersion: example.org/v1
kind: Widget
metadata: {name: page, namespace: chat}
spec: {password: correct-horse-battery-staple}
`;
    const agreed = 'accept: [{code: MG125, object: Widget/chat/page, why: x}]\n';
    expect(errors(widget, agreed)).toEqual([
      expect.stringMatching(
        /:4:\d+ MG127: Widget\/chat\/page spec\.password .*\(MR008\); declare a Secret in secrets\.own, and let the pod read it from there/,
      ),
    ]);
    expect(errors(widget.replace('{password: correct-horse-battery-staple}', '{}'), agreed)).toEqual([]);
  });
});

describe('what included objects open', () => {
  it('is in the tables of SUMMARY.md', () => {
    const own = `${deployment()}---\n${service('page', '{app: page}', ', type: LoadBalancer')}---\n${route('Host(`page.example.org`)')}`;
    const { files, findings, diagnostics } = renderedWith(own);
    expect({ findings, diagnostics }).toEqual({ findings: [], diagnostics: [] });
    const summary = files.get('chat/SUMMARY.md') ?? '';
    expect(summary).toContain(
      '| `page.example.org` | ``Host(`page.example.org`)`` | `chat/page:80` | Traefik |',
    );
    expect(summary).toContain('`Service/chat/page`, of type `LoadBalancer` from `stacks/own/a.yaml` |');
    expect(summary).toContain('What they open:\n\n- `Service/chat/page`');
    expect(summary).not.toContain('What the overrides weaken');
  });

  it('is no port of a node: that takes an override with its reason', () => {
    const own = deployment().replace('containerPort: 8008', 'containerPort: 8008, hostPort: 8008');
    expect(errors(own)).toEqual([
      expect.stringMatching(/MG127: .*strategy.* ports of the node/),
      expect.stringMatching(/MG127: .*hostPort.*: the pod opens ports on its node \(MR006\)/),
      expect.stringMatching(/MG127: .*hostPort.*which level "restricted" does not admit \(MR010\)/),
    ]);
  });
});
