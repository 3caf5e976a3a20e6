import { describe, expect, it } from 'vitest';
import { elementConfig } from '../../charts/element/config.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { render } from '../../src/render/render.ts';
import { GUEST_CALLS } from '../../src/system/topics.ts';
import {
  configData,
  configText,
  dig,
  digList,
  objectOf,
  publicStack,
  renderedOf,
  stackFrom,
} from '../stacks.ts';

const HEAD = `
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
callNodes: {addresses: {public: 198.51.100.7}}
`;
const element = (stack: Stack): unknown => configData(stack, 'element-config', 'config.json');

describe("Element's config.json", () => {
  it('never leaves the call button to a public server', () => {
    const both = element(stackFrom(`${HEAD}element: {}\nlivekit: {}\njitsi: {access: anyone}`));
    expect(both).toMatchObject({ jitsi: { preferred_domain: 'meet.example.org' } });
    expect(dig(both, 'element_call')).toBeUndefined();
    expect(element(stackFrom(`${HEAD}element: {}\nlivekit: {}`))).toMatchObject({
      element_call: { use_exclusively: true },
    });
    expect(element(stackFrom(`${HEAD}element: {}\njitsi: {access: anyone}`))).toMatchObject({
      element_call: { disable: true },
      jitsi: { preferred_domain: 'meet.example.org' },
    });
    const none = element(stackFrom(`${HEAD}element: {}`));
    expect(dig(none, 'element_call')).toEqual({ disable: true });
    expect(dig(none, 'setting_defaults', 'UIFeature.voip')).toBe(false);
  });

  it('follows what was written over what the stack has', () => {
    const only = element(stackFrom(`${HEAD}element: {calls: livekit}\nlivekit: {}\njitsi: {access: anyone}`));
    expect(only).toMatchObject({ element_call: { use_exclusively: true } });
    // A meeting that somebody else put into a room is still held here.
    expect(only).toMatchObject({ jitsi: { preferred_domain: 'meet.example.org' } });
  });

  it.each([
    ['livekit', { use_exclusively: true, guest_spa_url: 'https://call.example.org' }],
    ['both', { guest_spa_url: 'https://call.example.org' }],
    ['jitsi', { disable: true }],
  ])(
    'with calls: %s invites guests to the page that the stack has for them, if there is one',
    (what, expected) => {
      const stack = stackFrom(`${HEAD}element: {calls: ${what}}\nlivekit: {}\njitsi: {access: anyone}`);
      const settings = stack.element;
      if (settings === undefined) throw new Error('no element');
      const offers = [...stack.offers, GUEST_CALLS.offer({ url: 'https://call.example.org' })];
      expect(dig(elementConfig({ ...stack, offers }, settings), 'element_call')).toEqual(expected);
    },
  );

  it.each([
    [
      'branding: {logo: {url: "https://cdn.example.net/logo.svg"}}',
      'its logo from cdn.example.net, which learns who',
    ],
    [
      'mapStyle: "https://maps.example.net/style.json"',
      'maps from maps.example.net, which learns at which places',
    ],
  ])('with %s says in SUMMARY.md who sees people', (setting, note) => {
    const stack = stackFrom(`${HEAD}element: {${setting}}`);
    expect(renderedOf(stack).files.get(`${stack.name}/SUMMARY.md`)).toContain(`Element loads ${note}`);
    const own = stackFrom(`${HEAD}element: {${setting.replace('example.net', 'example.org')}}`);
    expect(renderedOf(own).files.get(`${own.name}/SUMMARY.md`)).not.toContain('Element loads');
  });

  it('uses no name that Element dropped or renamed', () => {
    const text = configText(publicStack(), 'element-config', 'config.json');
    for (const gone of [
      'preferredDomain',
      'feature_group_calls',
      'default_hs_url',
      'participant_limit',
      'default_server_name',
    ]) {
      expect(text).not.toContain(`"${gone}"`);
    }
  });

  it('names the homeserver, and no integration manager', () => {
    expect(element(publicStack())).toMatchObject({
      default_server_config: {
        'm.homeserver': { base_url: 'https://matrix.example.org', server_name: 'example.org' },
      },
      integrations_ui_url: null,
      integrations_rest_url: null,
    });
  });
});

describe('Element', () => {
  it('listens on a port that an ordinary user may open, behind port 80 of its Service', () => {
    const stack = publicStack();
    const [port] = digList(
      objectOf(stack, 'Deployment', 'element'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'ports',
    );
    expect(dig(port, 'containerPort')).toBe(8080);
    expect(configText(stack, 'element-config', 'default.conf')).toContain('listen 8080;');
    expect(dig(objectOf(stack, 'Service', 'element'), 'spec', 'ports', 0)).toMatchObject({
      port: 80,
      targetPort: 'http',
    });
  });

  it('writes to /tmp only', () => {
    const pod = dig(objectOf(publicStack(), 'Deployment', 'element'), 'spec', 'template', 'spec');
    const writable = digList(pod, 'containers', 0, 'volumeMounts').filter(
      (mount) => dig(mount, 'readOnly') !== true,
    );
    expect(writable.map((mount) => dig(mount, 'mountPath'))).toEqual(['/tmp']);
  });
});

describe('the nginx of Element and of the well-known answers', () => {
  const MAPS = ['element-config', 'well-known-config'];
  const pod = (name: string): unknown =>
    dig(objectOf(publicStack(), 'Deployment', name), 'spec', 'template', 'spec', 'containers', 0);

  it('starts two processes however many cores a node has: its memory is limited', () => {
    for (const map of MAPS) {
      expect(configText(publicStack(), map, 'nginx.conf')).toMatch(/^worker_processes 2;$/m);
    }
    for (const name of ['element', 'well-known']) {
      expect(digList(pod(name), 'volumeMounts')).toContainEqual({
        name: 'main',
        mountPath: '/etc/nginx/nginx.conf',
        subPath: 'nginx.conf',
        readOnly: true,
      });
    }
  });

  it('listens on IPv6 unless the cluster is said to have none, where it would not start', () => {
    const listens = (stack: Stack, map: string): readonly string[] =>
      configText(stack, map, 'default.conf').match(/listen .*;/g) ?? [];
    const ipv4 = publicStack('cluster: {network: {families: [IPv4]}}');
    for (const map of MAPS) {
      expect(listens(publicStack(), map)).toEqual(['listen 8080;', 'listen [::]:8080;']);
      expect(listens(ipv4, map)).toEqual(['listen 8080;']);
    }
    expect(configData(ipv4, 'jitsi-web-env', 'ENABLE_IPV6')).toBe(0);
    expect(configData(ipv4, 'jitsi-prosody-env', 'ENABLE_IPV6')).toBe(0);
    expect(configText(publicStack(), 'jitsi-web-env', 'ENABLE_IPV6')).toBe('undefined');
  });
});

describe('the well-known answers', () => {
  it('tell clients of the call service in the form they read, without a trailing slash', () => {
    expect(configData(publicStack(), 'well-known-config', 'client.json')).toMatchObject({
      'm.homeserver': { base_url: 'https://matrix.example.org' },
      'org.matrix.msc4143.rtc_foci': [{ type: 'livekit', livekit_service_url: 'https://rtc.example.org' }],
    });
  });

  it('let rooms of two meet in Jitsi, since direct calls would need a TURN server', () => {
    const jitsi = { preferredDomain: 'meet.example.org', useFor1To1Calls: true };
    expect(configData(publicStack(), 'well-known-config', 'client.json')).toMatchObject({
      'io.element.jitsi': jitsi,
      'im.vector.riot.jitsi': jitsi,
    });
  });

  it('delegate federation to the homeserver on 443, which Synapse itself cannot answer', () => {
    expect(configData(publicStack(), 'well-known-config', 'server.json')).toEqual({
      'm.server': 'matrix.example.org:443',
    });
  });

  it('tell whom to turn to, where the stack file names somebody', () => {
    const support = `support: {page: 'https://example.org/help', contacts: [
      {role: admin, matrix: '@admin:example.net'}, {role: security, email: security@example.org}]}`;
    const stack = publicStack(`wellKnown: {${support}}`);
    const answer = {
      contacts: [
        { role: 'm.role.admin', matrix_id: '@admin:example.net' },
        { role: 'm.role.security', email_address: 'security@example.org' },
      ],
      support_page: 'https://example.org/help',
    };
    expect(configData(stack, 'well-known-config', 'support.json')).toEqual(answer);
    expect(configText(stack, 'well-known-config', 'default.conf')).toContain(
      'location = /.well-known/matrix/support {',
    );
    const pod = dig(objectOf(stack, 'Deployment', 'well-known'), 'spec', 'template', 'spec');
    expect(JSON.stringify(digList(pod, 'volumes'))).toContain('"key":"support.json"');
    expect(configText(publicStack(), 'well-known-config', 'support.json')).toBe('undefined');
    const elsewhere = publicStack(`wellKnown: {at: elsewhere, ${support}}`);
    expect(render(elsewhere).files.get('test/SUMMARY.md')).toContain('"matrix_id": "@admin:example.net"');
  });

  it('tell clients more where the stack file says more, and keep what the stack itself says', () => {
    const more = `{m.identity_server: {base_url: 'https://id.example.net'}, io.element.jitsi: {skipLobby: true}}`;
    const client = configData(
      publicStack(`wellKnown: {extraClient: ${more}}`),
      'well-known-config',
      'client.json',
    );
    expect(client).toMatchObject({
      'm.homeserver': { base_url: 'https://matrix.example.org' },
      'm.identity_server': { base_url: 'https://id.example.net' },
      'io.element.jitsi': { preferredDomain: 'meet.example.org', skipLobby: true },
    });
    const elsewhere = publicStack(`wellKnown: {at: elsewhere, extraClient: ${more}}`);
    expect(render(elsewhere).files.get('test/SUMMARY.md')).toContain('"base_url": "https://id.example.net"');
  });

  it('say the same in SUMMARY.md when another web site has to give them', () => {
    const stack = publicStack('wellKnown: elsewhere');
    expect(() => objectOf(stack, 'Deployment', 'well-known')).toThrow();
    expect(stack.topology.routes.some(({ host }) => host === 'example.org')).toBe(false);
  });
});
