import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { render } from '../../src/render/render.ts';
import { referencesRule } from '../../src/rules/mr004-references.ts';
import { secretsRule } from '../../src/rules/mr008-secrets.ts';
import { stackFrom } from '../stacks.ts';
import { changed, found } from './stack.ts';

const pod = 'spec.template.spec';

describe('what rules tell people to write', () => {
  it('names no file of the source of this program', () => {
    const sources = readdirSync('src/rules', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => readFileSync(`src/rules/${path}`, 'utf8').split('\n'))
      .filter((line) => !/^\s*(?:import|export|\/?\*|\/\/|\} from)|throw new Error/.test(line));
    for (const line of sources) {
      expect(line).not.toMatch(/\.mjs|\.ts\b|npm run import|catalogue|\b(?:charts|imports|src)\//);
    }
  });

  it('for a Secret that is missing names those that exist, and what lets one of your own pass', () => {
    const missing = { name: 'x', secret: { secretName: 'own' } };
    const [line] = found(
      referencesRule,
      changed('Deployment/app/synapse', { [`${pod}.volumes[tls]`]: { ...missing, name: 'tls' } }),
    );
    expect(line).toContain('write the name of one that exists: db-app, ');
    expect(line).toContain(
      'declare one of your own in secrets.own; for a Secret that something else makes, add optional: true to the reference',
    );
    const own = { name: 'tls', secret: { secretName: 'own', optional: true } };
    expect(
      found(referencesRule, changed('Deployment/app/synapse', { [`${pod}.volumes[tls]`]: own })),
    ).toEqual([]);
  });

  it('for an account that is missing names no way that there is not', () => {
    const lines = found(
      referencesRule,
      changed('Deployment/app/synapse', { [`${pod}.serviceAccountName`]: 'nobody' }),
    );
    expect(lines).toEqual([expect.stringMatching(/; write the name of one that exists: [a-z, ]*synapse$/)]);
  });

  it('for a secret in plain text, what passes', () => {
    const env = `${pod}.containers[synapse].env[LEVEL]`;
    const [line] = found(
      secretsRule,
      changed('Deployment/app/synapse', { [env]: { name: 'SMTP_PASSWORD', value: 'hunter22' } }),
    );
    expect(line).toContain('valueFrom: {secretKeyRef: {name: …, key: …}} with a Secret of secrets.own');
    const stack = stackFrom(`schema: 1
serverName: example.org
expose: {lan: {tls: {secret: tls}}}
secrets: {own: {smtp: {password: {}}}}
overrides:
  - target: {kind: Deployment, name: synapse}
    patch:
      - {op: add, path: /spec/template/spec/volumes/-, value: {name: smtp, secret: {secretName: smtp}}}
      - {op: add, path: /spec/template/spec/containers/0/volumeMounts/-, value: {name: smtp, mountPath: /secrets/smtp, readOnly: true}}
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: SMTP_PASSWORD, valueFrom: {secretKeyRef: {name: smtp, key: password}}}}
    why: mail
`);
    const { findings, problems } = render(stack);
    expect([...findings, ...problems]).toEqual([]);
  });
});
