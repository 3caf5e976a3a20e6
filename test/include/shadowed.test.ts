import { describe, expect, it } from 'vitest';
import { CONFIG, errors } from './manifests.ts';

const ELEMENT = 'Host(`element.example.org`)';
const STACK = 'element: {}\n';

/** What is wrong with an included route to a Service of one's own. */
function included(match: string, more = '', entryPoints = '[websecure]', overrides = ''): readonly string[] {
  const own = `apiVersion: v1
kind: Service
metadata: {name: page, namespace: chat}
spec: {type: ExternalName, externalName: example.net, ports: [{name: http, port: 80}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: page, namespace: chat}
spec:
  entryPoints: ${entryPoints}
  routes:
    - {kind: Rule, match: "${match}"${more}, services: [{name: page, port: 80}]}
`;
  return errors(own, STACK + overrides);
}

const PLACE = 'stacks/own/a.yaml:12:27 MG127: IngressRoute/chat/page spec.routes[0].match';

describe('an included route', () => {
  it('that comes after one of the stack is an error at its line, with the number to write', () => {
    expect(included(`${ELEMENT} && PathPrefix(\`/own\`)`)).toEqual([
      `${PLACE} never gets a request: IngressRoute/chat/element comes first (priority 70) (MR016); write priority: 71 or higher`,
    ]);
    expect(included(`${ELEMENT} && PathPrefix(\`/own\`)`, ', priority: 0')).toHaveLength(1);
    expect(included('Host(`matrix.example.org`) && Path(`/_matrix/client/v3/login`)')).toEqual([
      `${PLACE} never gets a request: IngressRoute/chat/synapse comes first (priority 100001) (MR016); write priority: 100002 or higher`,
    ]);
  });

  it('that gets requests is none', () => {
    expect(included(`${ELEMENT} && PathPrefix(\`/own\`)`, ', priority: 71')).toEqual([]);
    const login = 'Host(`matrix.example.org`) && Path(`/_matrix/client/v3/login`)';
    expect(included(login, ', priority: 100002')).toEqual([]);
    expect(included(ELEMENT, '', '[other]')).toEqual([]);
    expect(included('Host(`own.example.org`)')).toEqual([]);
    // Longer than 70.
    expect(included(`${ELEMENT} && (PathPrefix(\`/own\`) || PathPrefix(\`/another\`))`)).toEqual([]);
  });

  it('is looked at where it gets requests at some entry points only, or may be at any', () => {
    const own = `${ELEMENT} && PathPrefix(\`/own\`)`;
    const found = `${PLACE} never gets a request at the entry point websecure: IngressRoute/chat/element comes first (priority 70) (MR016); write priority: 71 or higher, or`;
    expect(included(own, '', '[web, websecure]')).toEqual([`${found} take websecure from its entryPoints`]);
    expect(included(own, '', '[]')).toEqual([`${found} name its entryPoints without websecure`]);
    expect(included(own, '', '[web]')).toEqual([]);
  });

  it('that leaves a route of the stack nothing is an error at its line', () => {
    const found = `${PLACE} comes first (priority 500), so that nothing is left for IngressRoute/chat/element spec.routes[0].match (priority 70) (MR016); name only the paths that it needs; to replace the other route, remove that one with an override`;
    expect(included(ELEMENT, ', priority: 500')).toEqual([found]);
    expect(included(ELEMENT, ', priority: 500', '[]')).toEqual([found]);
    expect(included('PathPrefix(`/`)', ', priority: 1000000')).toEqual([
      expect.stringMatching(/ comes first .* nothing is left for .*, .*, .* and 2 more \(MR016\); /),
    ]);
  });

  it('can replace one that an override takes away, and is told so where one of the two is too much', () => {
    expect(included(ELEMENT)).toEqual([
      `${PLACE} never gets a request: IngressRoute/chat/element comes first (priority 70) (MR016); remove one of the two; use an override to remove a rendered one`,
    ]);
    const away =
      'overrides: [{target: {kind: IngressRoute, name: element}, patch: [{op: remove, path: /spec/routes/0}], why: x}]\n';
    expect(included(ELEMENT, '', '[websecure]', away)).toEqual([]);
  });
});

describe('an override of a route', () => {
  const patched = (name: string, patch: string): readonly string[] =>
    errors(
      CONFIG,
      `${STACK}overrides: [{target: {kind: IngressRoute, name: ${name}}, patch: [${patch}], why: x}]\n`,
    );

  it('is an error where the route gets no request after it', () => {
    expect(
      patched(
        'synapse',
        '{op: add, path: /spec/routes/-, value: {kind: Rule, match: "Host(`matrix.example.org`) && Path(`/_matrix/x`)", services: [{name: synapse, port: 8008}]}}',
      ),
    ).toEqual([
      expect.stringMatching(
        /^stacks\/chat\.yaml:6:\d+ MG055: after this override IngressRoute\/chat\/synapse spec\.routes\[1\]\.match never gets a request: .*; write priority: 100002 or higher$/,
      ),
    ]);
  });

  it('is an error where another route gets none', () => {
    const first = '{op: replace, path: /spec/routes/0/match, value: "Host(`matrix.example.org`)"}';
    const found = patched('synapse', `${first}, {op: replace, path: /spec/routes/0/priority, value: 200000}`);
    expect(found).toContainEqual(
      expect.stringMatching(
        /MG055: after this override IngressRoute\/chat\/synapse spec\.routes\[0\]\.match comes first \(priority 200000\), so that nothing is left for .*well-known/,
      ),
    );
  });

  it('is none where all still get some', () => {
    expect(patched('element', '{op: replace, path: /spec/routes/0/priority, value: 99}')).toEqual([]);
  });
});
