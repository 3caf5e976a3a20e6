import { describe, expect, it } from 'vitest';
import { configData, configText, objectsOf, stackFrom } from '../stacks.ts';

const LAN = 'schema: 2\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n';

describe('the web clients beside Element', () => {
  const stack = stackFrom(`${LAN}webClients: {cinny: {}, fluffychat: {}}\n`);

  it('offer the homeserver of the stack and no other', () => {
    expect(configData(stack, 'cinny-config', 'config.json')).toEqual({
      defaultHomeserver: 0,
      homeserverList: ['example.org'],
      allowCustomHomeservers: false,
      featuredCommunities: { openAsDefault: false, spaces: [], rooms: [], servers: ['example.org'] },
      hashRouter: { enabled: true, basename: '/' },
    });
    expect(configData(stack, 'fluffychat-config', 'config.json')).toEqual({
      defaultHomeserver: 'example.org',
      presetHomeserver: 'example.org',
    });
  });

  it('each have a host and a certificate of their own', () => {
    const hosts = stack.topology.hosts.filter(({ component }) => component.startsWith('webClients.'));
    expect(hosts.map(({ host, certificate }) => [host, certificate?.group])).toEqual([
      ['cinny.example.org', 'cinny'],
      ['fluffychat.example.org', 'fluffychat'],
    ]);
    const names = objectsOf(stack).map(({ manifest }) => `${manifest.kind}/${manifest.metadata.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['Certificate/cinny-tls', 'IngressRoute/fluffychat', 'Deployment/cinny']),
    );
  });

  it('let browsers keep only what is surely the file of that name', () => {
    expect(configText(stack, 'cinny-config', 'default.conf')).toContain('location /assets/ {');
    expect(configText(stack, 'fluffychat-config', 'sws.toml')).not.toContain('immutable');
  });

  it('are there one by one', () => {
    const one = stackFrom(
      `${LAN}webClients: {cinny: {enabled: false}, fluffychat: {host: chat.example.org}}\n`,
    );
    const ids = one.topology.workloads.map(({ id }) => id);
    expect(ids).toContain('fluffychat');
    expect(ids).not.toContain('cinny');
    expect(stackFrom(`${LAN}webClients: {cinny: {enabled: false}}\n`).webClients).toBeUndefined();
  });
});
