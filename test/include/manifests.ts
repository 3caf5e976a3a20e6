import { readFileSync } from 'node:fs';
import { diagnosticText, type LoadResult, load, type Rendered, render } from '../../index.ts';

/** A stack on the local network that includes `stacks/own/a.yaml`. */
export const STACK = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
include: [own/a.yaml]
`;

const VERSIONS = readFileSync('versions.yaml', 'utf8');

/** Loads a stack with other files beside it. */
export function loaded(own: string, more = '', texts: Readonly<Record<string, string>> = {}): LoadResult {
  return load({
    file: 'stacks/chat.yaml',
    texts: {
      'stacks/chat.yaml': STACK + more,
      'stacks/own/a.yaml': own,
      'versions.yaml': VERSIONS,
      ...texts,
    },
  });
}

/** What is wrong with a stack that includes this, once it is rendered. */
export function errors(
  own: string,
  more = '',
  texts: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { stack, diagnostics } = loaded(own, more, texts);
  if (stack === undefined) return diagnostics.map(diagnosticText);
  const rendered = render(stack);
  return [
    ...rendered.diagnostics.map(diagnosticText),
    ...rendered.findings.map(({ code, file, what }) => `${file} ${code}: ${what}`),
  ];
}

/** What comes of a stack that includes this, with nothing wrong. */
export function renderedWith(own: string, more = '', texts: Readonly<Record<string, string>> = {}): Rendered {
  const { stack, diagnostics } = loaded(own, more, texts);
  if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
  return render(stack);
}

/** A ConfigMap in the namespace of the stack, with which nothing is wrong. */
export const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata: {name: page, namespace: chat}
data: {a: b}
`;

/** A workload of one's own, with which nothing is wrong. */
export function deployment(labels = '{app: page}', more = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: page, namespace: chat}
spec:
  replicas: 1
  selector: {matchLabels: {app: page}}
  template:
    metadata: {labels: ${labels}}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext: {runAsNonRoot: true, runAsUser: 101, runAsGroup: 101, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: docker.io/nginxinc/nginx-unprivileged:1.29.3
          ports: [{name: http, containerPort: 8008}]
          readinessProbe: {httpGet: {path: /, port: http}}
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 32Mi}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
${more}`;
}
