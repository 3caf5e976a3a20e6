import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import {
  base64,
  kubeconfig,
  SERVER,
  type Seen,
  useApiServer,
  useComputer,
} from '../../cluster/fake-api-server.ts';
import { done, HOME, LAB, stopped, useRepository } from './repository.ts';

const { put, run } = useRepository();
const computer = useComputer();
const api = useApiServer();

const MANIFESTS = 'name=sealed-secrets-controller';
const CHART = 'app.kubernetes.io/name=sealed-secrets';

/** A cluster with Services, `NAMESPACE/NAME` by the label they carry; each is a controller that gives a certificate. */
function cluster(services: Readonly<Record<string, readonly string[]>>, list: number = 200): void {
  api.answer = ({ url: text }: Seen, response: ServerResponse): void => {
    const url = new URL(text, api.url());
    const label = url.searchParams.get('labelSelector');
    if (label !== null) {
      const items = (services[label] ?? []).map((address) => {
        const [namespace, name] = address.split('/');
        return { metadata: { namespace, name } };
      });
      response.writeHead(list).end(JSON.stringify({ kind: 'ServiceList', items }));
      return;
    }
    const [, namespace, name, proxied] =
      /^\/api\/v1\/namespaces\/([^/]+)\/services\/(?:http:)?([^/:]+)(?::http\/proxy(.*))?$/.exec(
        url.pathname,
      ) ?? [];
    if (!Object.values(services).flat().includes(`${namespace}/${name}`)) response.writeHead(404).end();
    else if (proxied === '/v1/cert.pem') response.end(HOME.pem);
    else response.end(JSON.stringify({ spec: { ports: [{ name: 'http' }] } }));
  };
}

function person(answer: string, asked: string[]): Pick<Inputs, 'terminal'> {
  const line = async (...question: readonly string[]): Promise<string> => {
    asked.push(question.join('\n'));
    return answer;
  };
  return { terminal: { hidden: async () => undefined, line } };
}

beforeEach(async () => {
  await put('stacks/chat.yaml', LAB);
  const trusting = { server: api.url(), 'certificate-authority-data': base64(SERVER.pem) };
  const contexts = [
    { name: 'home', context: { cluster: 'home', user: 'me' } },
    { name: 'closed', context: { cluster: 'closed', user: 'me' } },
  ];
  const clusters = [
    { name: 'home', cluster: trusting },
    { name: 'closed', cluster: { server: 'https://localhost:1' } },
  ];
  const file = computer.put('home/.kube/config', kubeconfig(trusting, {}, { contexts, clusters }));
  vi.stubEnv('KUBECONFIG', file);
});
afterEach(() => vi.unstubAllEnvs());

describe('the controller', () => {
  it('at its usual place needs no search', async () => {
    cluster({ [MANIFESTS]: ['flux-system/sealed-secrets-controller'] });
    expect((await run('create', { cert: null })).exitCode).toBe(0);
    expect(api.seen.some(({ url }) => url.includes('labelSelector'))).toBe(false);
  });

  it.each([
    [MANIFESTS, 'kube-system/sealed-secrets-controller'],
    [CHART, 'sealing/sealed-secrets'],
  ])('elsewhere is found by its label %s, and used after a yes that is remembered', async (label, place) => {
    cluster({ [label]: [place, `${place}-metrics`] });
    const said = stopped(await run('create', { cert: null }));
    expect(said).toContain(`there is no Service flux-system/sealed-secrets-controller in the cluster`);
    expect(said).toContain(`the label of the controller is on ${place};`);
    expect(said).toContain(`add --controller ${place}, and write it into`);
    const [namespace, name] = place.split('/');
    expect(said).toContain(`secrets.controller: {namespace: ${namespace}, name: ${name}}`);
    const asked: string[] = [];
    expect((await run('create', { cert: null, yes: false }, person('n', asked))).exitCode).toBe(3);
    expect(asked[0]).toContain(`${place} carries the label of the controller`);
    expect((await run('create', { cert: null, yes: false }, person('y', asked))).exitCode).toBe(0);
    // Whoever may make a Service could give it the label: a second one changes nothing.
    cluster({ [label]: [place, 'guests/sealed-secrets'] });
    expect(done(await run('reseal', { cert: null })).notices).toEqual([]);
    expect(api.seen.some(({ url }) => url.includes('/guests/'))).toBe(false);
  });

  it('is not chosen among several, and none is asked', async () => {
    cluster({ [MANIFESTS]: ['kube-system/sealed-secrets-controller'], [CHART]: ['guests/sealed-secrets'] });
    const asked: string[] = [];
    const result = await run('create', { cert: null, yes: false }, person('y', asked));
    expect(stopped(result)).toContain(
      'is on kube-system/sealed-secrets-controller and guests/sealed-secrets; if one of them',
    );
    expect(asked).toEqual([]);
    expect(api.seen.some(({ url }) => url.includes('/proxy/'))).toBe(false);
    const named = { cert: null, controller: 'kube-system/sealed-secrets-controller' };
    expect((await run('create', named)).exitCode).toBe(0);
  });

  it.each([
    ['there is none', 200],
    ['Services may not be listed', 403],
  ])('that is not found names the usual places where %s', async (_, status) => {
    cluster({}, status);
    expect(stopped(await run('create', { cert: null }))).toMatch(
      /no Service that carries the label .* kube-system\/sealed-secrets-controller or sealed-secrets\/sealed-secrets-controller\)/,
    );
  });

  it('is that of the context that --context names', async () => {
    cluster({ [MANIFESTS]: ['flux-system/sealed-secrets-controller'] });
    expect(stopped(await run('create', { cert: null, context: 'closed' }))).toContain(
      'the API server localhost:1 does not answer',
    );
    expect(stopped(await run('create', { cert: null, context: 'none' }))).toContain('has no context "none"');
    expect((await run('create', { cert: null, context: 'home' })).exitCode).toBe(0);
  });
});
