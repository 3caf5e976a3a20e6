import { describe, expect, it } from 'vitest';
import type { Stack } from '../../../charts/stack/stack.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { replacedKey } from '../../../src/cli/secrets/result.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { relay, withParts } from '../../parts.ts';
import { stackFrom } from '../../stacks.ts';

/** What a new value of a key leads to, in words. */
function said(stack: Stack, name: string, index = 0): string {
  const secret = stack.secrets.find((one) => one.name === name);
  const key = secret?.keys[index];
  if (secret === undefined || key === undefined) throw new Error(`no Secret ${name}`);
  const changed = [replacedKey({ secret, key, origin: 'made' }, stack.topology)];
  const none = { status: [], missing: [], written: [], removed: [], notices: [] } as const;
  const one = { stack: stack.name, provider: 'sealed-secrets', changed, ...none } as const;
  return humanSecrets({ exitCode: 0, diagnostics: [], stacks: [one] }, styleFor({}, {}));
}

const stack = stackFrom(`schema: 1
serverName: example.org
expose: {lan: {tls: {secret: lan-tls}}}
secrets: {own: {mail: {password: {}}}}
`);

describe('who starts again with a new value', () => {
  it('are the workloads that read it', () => {
    expect(said(stack, 'synapse-secrets')).toContain('  restarts, in this order: synapse\n');
    expect(said(stack, 'mail')).toContain('  restarts: the pods that read it\n');
  });

  it('is nobody where only an entrance reads it', () => {
    expect(said(stack, 'lan-tls')).toContain('  takes it up without a restart: traefik\n');
    expect(said(stack, 'lan-tls')).not.toContain('restarts');
  });

  it('are the pods that end TLS themselves, beside an entrance', () => {
    const both = said(withParts(stack, relay(stack)), 'lan-tls');
    expect(both).toContain('  takes it up without a restart: traefik\n  restarts, in this order: relay\n');
  });
});
