import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { jitsiEnvironment } from '../../charts/jitsi/config.ts';
import { JITSI_PARTS } from '../../charts/jitsi/sizes.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { bytes } from '../../src/plain/quantity.ts';
import {
  configText,
  dig,
  digList,
  EXAMPLES,
  objectOf,
  objectsOf,
  publicStack,
  stackFrom,
  stacksIn,
} from '../stacks.ts';
import { KNOWN_ENVIRONMENT } from './jitsi-known-environment.ts';

function environment(stack: Stack): ReturnType<typeof jitsiEnvironment> {
  if (stack.jitsi === undefined) throw new Error('no Jitsi');
  return jitsiEnvironment(stack, stack.jitsi);
}

const stack = publicStack();
const appMatrix = stacksIn(EXAMPLES)[0] ?? stack;

describe('the environment of the Jitsi images', () => {
  it('holds only names that the program of that release reads', () => {
    for (const one of [stack, appMatrix]) {
      for (const part of JITSI_PARTS) {
        const container = dig(
          objectOf(one, 'Deployment', `jitsi-${part}`),
          'spec',
          'template',
          'spec',
          'containers',
          0,
        );
        const direct = digList(container, 'env').map((variable) => String(dig(variable, 'name')));
        const names = [
          ...Object.keys(environment(one)[part]),
          ...direct.filter((name) => name !== 'HOST_IP'),
        ];
        for (const name of names) expect(KNOWN_ENVIRONMENT[part], `${part} ${name}`).toContain(name);
      }
    }
  });

  it('writes booleans as 1 and 0, since every other word is true', () => {
    for (const part of JITSI_PARTS) {
      for (const [name, value] of Object.entries(environment(stack)[part])) {
        if (/^(ENABLE|DISABLE)_|_ENABLED?$|DISABLE_STUN|_RELATIVE$/.test(name))
          expect(value, name).toMatch(/^[01]$/);
        expect(value, name).not.toMatch(/["\\\n$]/);
      }
    }
  });

  it('gives nginx and the JVMs the full name of Prosody', () => {
    const { web, jicofo, jvb } = environment(stack);
    expect(web.XMPP_BOSH_URL_BASE).toBe('http://prosody.test.svc.cluster.local:5280');
    expect(jicofo.XMPP_SERVER).toBe('prosody.test.svc.cluster.local');
    expect(jvb.XMPP_SERVER).toBe('prosody.test.svc.cluster.local');
  });

  it('keeps Java heaps well below the memory limit', () => {
    for (const one of [stack, publicStack('size: large')]) {
      const { jicofo, jvb } = environment(one);
      for (const [heap, limit] of [
        [jicofo.JICOFO_MAX_MEMORY, one.jitsi?.resources.jicofo.limits.memory],
        [jvb.VIDEOBRIDGE_MAX_MEMORY, one.jitsi?.resources.jvb.limits.memory],
      ]) {
        expect(heap).toMatch(/^[0-9]+m$/);
        expect(Number.parseInt(heap ?? '', 10) * 2 ** 20).toBeLessThanOrEqual(bytes(limit ?? '0') * 0.75);
      }
    }
  });

  it('switches the websocket on at both ends, and asks for accounts at all three', () => {
    const { web, prosody, jicofo } = environment(stack);
    expect(web.ENABLE_XMPP_WEBSOCKET).toBe(prosody.ENABLE_XMPP_WEBSOCKET);
    expect([web.ENABLE_AUTH, prosody.ENABLE_AUTH, jicofo.ENABLE_AUTH]).toEqual(['1', '1', '1']);
  });

  it("asks no server of Jitsi's for addresses", () => {
    expect(environment(stack).jvb.JVB_DISABLE_STUN).toBe('1');
    expect(environment(stack).web.ENABLE_P2P).toBe('0');
  });

  it('sets the port that a Service named jvb would otherwise overwrite', () => {
    expect(environment(stack).jvb.JVB_PORT).toBe('10000');
  });

  it('lets every Element frame it where guests of other servers bring their own', () => {
    for (const federation of ['open', '{allow: [friends.example]}']) {
      expect(environment(publicStack(`federation: ${federation}`)).web.CSP_HEADER).toBeUndefined();
    }
    expect(environment(appMatrix).web.CSP_HEADER).toBeUndefined();
  });

  it('lets Element frame it by each of its names and from the desktop where nobody else comes', () => {
    const closed = stackFrom(`
schema: 1
serverName: example.org
federation: closed
expose:
  public: {via: traefik, tls: {secret: tls}}
  lan: {tls: {issuer: {name: home-ca}}, names: {element: element.home.arpa, jitsi: meet.home.arpa}}
element: {}
jitsi: {access: password}
callNodes: {addresses: {public: 198.51.100.7}}
`);
    expect(environment(closed).web.CSP_HEADER).toBe(
      "frame-ancestors 'self' https://element.example.org https://element.home.arpa vector:",
    );
    expect(environment(publicStack('federation: closed')).web.CSP_HEADER).toBe(
      "frame-ancestors 'self' https://element.example.org vector:",
    );
  });
});

describe('Jicofo', () => {
  it('opens its REST interface, which asks for no password, to nobody outside its pod', () => {
    const container = dig(
      objectOf(stack, 'Deployment', 'jitsi-jicofo'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
    );
    expect(environment(stack).jicofo.JICOFO_ENABLE_REST).toBeUndefined();
    expect(dig(container, 'ports')).toBeUndefined();
    expect(() => objectOf(stack, 'Service', 'jicofo')).toThrow();
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(digList(container, probe, 'exec', 'command')).toContain('http://127.0.0.1:8888/about/version');
    }
  });
});

describe('the video bridge', () => {
  it("binds its REST port to loopback on the node's network, and has no Service then", () => {
    expect(configText(appMatrix, 'jitsi-config', 'custom-jvb.conf')).toContain('private.host = "127.0.0.1"');
    const pod = dig(objectOf(appMatrix, 'Deployment', 'jitsi-jvb'), 'spec', 'template', 'spec');
    expect(dig(pod, 'hostNetwork')).toBe(true);
    expect(digList(pod, 'containers', 0, 'ports').map((port) => dig(port, 'containerPort'))).toEqual([10000]);
    expect(
      objectsOf(appMatrix).some(
        ({ manifest }) => manifest.kind === 'Service' && manifest.metadata.name === 'jvb',
      ),
    ).toBe(false);
  });

  it('stops at once when nobody meets: no other bridge could take people over', () => {
    for (const one of [stack, appMatrix]) {
      expect(configText(one, 'jitsi-config', 'custom-jvb.conf')).toContain('shutting-down-delay = 2 seconds');
      const mounts = digList(
        objectOf(one, 'Deployment', 'jitsi-jvb'),
        'spec',
        'template',
        'spec',
        'containers',
        0,
        'volumeMounts',
      );
      expect(mounts.map((mount) => dig(mount, 'mountPath'))).toContain('/config/custom-jvb.conf');
    }
    expect(configText(stack, 'jitsi-config', 'custom-jvb.conf')).not.toContain('private.host');
  });

  it('opens only the media port on the node with hostPort', () => {
    const ports = digList(
      objectOf(stack, 'Deployment', 'jitsi-jvb'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'ports',
    );
    expect(ports.filter((port) => dig(port, 'hostPort') !== undefined)).toEqual([
      { name: 'media', containerPort: 10000, hostPort: 10000, protocol: 'UDP' },
    ]);
    expect(dig(objectOf(stack, 'Service', 'jvb'), 'spec', 'ports', 0, 'port')).toBe(8080);
  });

  it('is probed by a program inside it, never over HTTP from outside', () => {
    for (const name of ['jitsi-jvb', 'jitsi-prosody']) {
      const container = dig(objectOf(stack, 'Deployment', name), 'spec', 'template', 'spec', 'containers', 0);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect(dig(container, probe, 'exec', 'command')).toEqual(['/usr/local/bin/healthcheck.sh']);
      }
    }
  });

  it('has a name of its own in the bridge room, whatever its host is called', () => {
    const env = digList(
      objectOf(stack, 'Deployment', 'jitsi-jvb'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'env',
    );
    expect(env).toContainEqual({
      name: 'JVB_MUC_NICKNAME',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
  });
});

describe('access', () => {
  const open = stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
jitsi: {access: anyone}
callNodes: {addresses: {public: 198.51.100.7}}
`);

  it('keeps accounts on a volume with password, and nothing at all with anyone', () => {
    expect(JSON.stringify(objectOf(stack, 'Deployment', 'jitsi-prosody'))).toContain('jitsi-accounts');
    expect(JSON.stringify(objectOf(open, 'Deployment', 'jitsi-prosody'))).not.toContain(
      'persistentVolumeClaim',
    );
    expect(environment(open).prosody.ENABLE_AUTH).toBe('0');
  });
});

describe('the page', () => {
  /** The address that a browser signals to, with the image's own script before ours. */
  function signalling(before: string): unknown {
    const sandbox = { window: { location: { host: 'meet.cluster.arpa' } }, config: { websocket: '' } };
    runInNewContext(`${before}\n${configText(appMatrix, 'jitsi-config', 'custom-config.js')}`, sandbox);
    return sandbox.config.websocket;
  }

  it('signals to the host in the address bar when it has two', () => {
    expect(signalling("var subdir = '';")).toBe('wss://meet.cluster.arpa/xmpp-websocket');
    expect(configText(stack, 'jitsi-config', 'custom-config.js')).not.toContain('config.websocket');
  });

  it('keeps the tenant of the address, where the image has tenants', () => {
    expect(signalling("var subdir = 'team/';")).toBe('wss://meet.cluster.arpa/team/xmpp-websocket');
    expect(signalling('')).toBe('wss://meet.cluster.arpa/xmpp-websocket');
  });
});
