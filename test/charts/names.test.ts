import { describe, expect, it } from 'vitest';
import { objectOf, stackFrom } from '../stacks.ts';

// Kubernetes takes them, and every JavaScript object has something under them.
describe.each(['constructor', 'valueof', 'tostring'])('everything that a person names %s', (name) => {
  it('is rendered', () => {
    const stack = stackFrom(`
schema: 2
name: ${name}
serverName: example.org
expose: {lan: {tls: {issuer: {name: ${name}}}}}
secrets:
  provider: external-secrets
  store: {name: ${name}}
  own: {${name}: {password: {}}}
`);
    expect(objectOf(stack, 'Namespace', name)).toBeDefined();
    expect(objectOf(stack, 'ExternalSecret', name)).toBeDefined();
  });
});
