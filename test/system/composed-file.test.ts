import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { database } from '../../charts/database/declare.ts';
import { assemble } from '../../charts/stack/resolve.ts';
import { synapse } from '../../charts/synapse/declare.ts';
import { compose } from '../../src/secrets/values/compose.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import { component } from '../../src/system/component.ts';
import { addressText, composedFile, secretText } from '../../src/system/composed-file.ts';
import type { ComposedPart } from '../../src/system/secrets.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { reach } from '../../src/topology/topology.ts';
import { allProfiles, stackFrom } from '../stacks.ts';

/** What comes of a file when every key has this value. */
function composed(parts: readonly ComposedPart[], value: string): string {
  return compose(parts, () => SecretValue.of(value)).text();
}

it('data with values of Secrets in it become a file that JSON and YAML read alike', () => {
  const parts = composedFile({
    b: [secretText({ key: 'k' }), 1, null, { 'x"': true }],
    a: addressText(['say "', { secret: 'other', key: 'k', as: 'url' }, '"\n']),
    left: undefined,
  });
  expect(parts.filter((part) => typeof part !== 'string')).toEqual([
    { secret: 'other', key: 'k', as: 'url' },
    { key: 'k', as: 'json' },
  ]);
  const text = composed(parts, 'p"\\ä\n');
  expect(JSON.parse(text)).toEqual({
    a: 'say "p%22%5C%C3%A4%0A"\n',
    b: ['p"\\ä\n', 1, null, { 'x"': true }],
  });
  expect(load(text)).toEqual(JSON.parse(text));
});

it('a mere move of keys, or nothing of a key, changes nothing', () => {
  const of = (data: unknown) => composedFile(data);
  const token = secretText({ key: 'k' });
  expect(of({ a: token, b: { c: 1, d: 2 } })).toEqual(of({ b: { d: 2, c: 1 }, a: token, e: undefined }));
});

it('a file that is composed holds an address that is only given for a flow', () => {
  const stack = stackFrom(
    'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n',
  );
  const bridge = (hasFlow: boolean) =>
    component({
      key: 'bridge',
      schema: z.unknown(),
      lanName: undefined,
      images: {},
      additions: [],
      sizes: [],
      resolve: () => 'bridge',
      parts: (id, { facts, offers }) => ({
        workloads: [
          {
            kind: 'workload',
            id,
            role: 'bridge',
            instance: facts.name,
            namespace: facts.namespace,
            title: 'Bridge',
            hostNetwork: false,
            ports: [],
            at: ['bridge'],
          },
        ],
        flows: HOMESERVER.of(offers).flatMap(({ workload }) =>
          hasFlow ? [{ from: id, to: workload, port: 'http', why: 'sends messages' }] : [],
        ),
      }),
      secrets: (id, { facts, offers, topology }) => [
        {
          name: id,
          places: [{ namespace: facts.namespace }],
          keys: [
            {
              key: 'config.yaml',
              what: 'w',
              readers: [id],
              form: {
                kind: 'composed',
                parts: composedFile({
                  homeserver: HOMESERVER.of(offers).map(({ workload }) => ({
                    address: reach(topology, { from: id, to: workload, port: 'http' }).url,
                  })),
                  as_token: secretText({ secret: 'synapse-secrets', key: 'form-secret' }),
                }),
              },
              loss: 'l',
              rotation: 'r',
            },
          ],
        },
      ],
    });
  const started = (hasFlow: boolean) =>
    assemble(stack, [
      { name: 'bridge', one: bridge(hasFlow).start(undefined, stack) },
      { name: 'synapse', one: synapse.start(undefined, stack) },
      { name: 'database', one: database.start(undefined, stack) },
    ]);
  const form = started(true).secrets.find(({ name }) => name === 'bridge')?.keys[0]?.form;
  if (form?.kind !== 'composed') throw new Error('not composed');
  expect(load(composed(form.parts, 'token'))).toEqual({
    as_token: 'token',
    homeserver: [{ address: 'http://synapse.test.svc.cluster.local:8008' }],
  });
  expect(() => started(false)).toThrow('"bridge" has no flow to "synapse", port "http"');
});

it('no Secret holds fixed text only: that is a ConfigMap, and External Secrets would not make it', () => {
  const fixed = allProfiles()
    .flatMap(({ secrets }) => secrets)
    .filter(({ keys }) =>
      keys.every(
        ({ form }) => form.kind === 'composed' && form.parts.every((part) => typeof part === 'string'),
      ),
    );
  expect(fixed).toEqual([]);
});
