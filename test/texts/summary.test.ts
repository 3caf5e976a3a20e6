import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import {
  allProfiles,
  dig,
  digList,
  EXAMPLES,
  objectOf,
  objectsOf,
  publicStack,
  renderedOf,
  stackFrom,
  stacksIn,
} from '../stacks.ts';

const summary = (stack: Stack): string => renderedOf(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
const secrets = (stack: Stack): string => renderedOf(stack).files.get(`${stack.name}/SECRETS.md`) ?? '';

/** The part of a Markdown text below a heading. */
function section(text: string, heading: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
}

describe.each(allProfiles())('SUMMARY.md of $file', (stack) => {
  const text = summary(stack);

  it('lists every host that an entrance serves, in the DNS table too', () => {
    for (const { host } of stack.topology.routes) {
      expect(text).toContain(`| \`${host}\` |`);
      expect(section(text, 'DNS records')).toContain(`\`${host}\``);
    }
  });

  it('lists every port that a pod opens on its node', () => {
    const firewall = section(text, 'Firewall');
    for (const { manifest } of objectsOf(stack).filter(({ manifest: { kind } }) => kind === 'Deployment')) {
      const pod = dig(manifest, 'spec', 'template', 'spec');
      for (const port of digList(pod, 'containers', 0, 'ports')) {
        if (dig(pod, 'hostNetwork') !== true && dig(port, 'hostPort') === undefined) continue;
        const protocol = String(dig(port, 'protocol')).toLowerCase();
        expect(firewall, manifest.metadata.name).toContain(
          `| ${String(dig(port, 'containerPort'))}/${protocol} |`,
        );
      }
    }
  });

  it('lists every image, and every Secret with its keys', () => {
    for (const { manifest } of objectsOf(stack)) {
      for (const container of digList(manifest, 'spec', 'template', 'spec', 'containers')) {
        const [repository, tag] = String(dig(container, 'image')).split(/:(?=[^/]*$)/);
        expect(section(text, 'Images')).toContain(`- \`${repository}\`\n  \`${tag}\``);
      }
    }
    for (const { name, keys } of stack.secrets) {
      expect(section(text, 'Secrets needed')).toContain(`\`${name}\``);
      for (const { key } of keys) expect(section(text, 'Secrets needed')).toContain(`\`${key}\``);
    }
  });

  it('draws every party of the stack', () => {
    for (const { title } of [...stack.topology.workloads, ...stack.topology.peers])
      expect(text).toContain(`["${title}`);
  });
});

describe('SUMMARY.md', () => {
  const appMatrix = stacksIn(EXAMPLES).find(({ name }) => name === 'app-matrix') ?? publicStack();

  it('adds up what the workloads reserve', () => {
    const rows = section(summary(appMatrix), 'Resources')
      .split('\n')
      .filter((line) => /^\| [a-z*]/.test(line) && line.split('|').length === 7)
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const milli = (text = ''): number =>
      text.endsWith('m') ? Number.parseInt(text, 10) : Number(text) * 1000;
    const parts = rows.filter((row) => row[1] !== '**total**' && row[1] !== 'workload');
    const total = rows.find((row) => row[1] === '**total**');
    expect(milli(total?.[2])).toBe(parts.reduce((sum, row) => sum + milli(row[2]), 0));
    expect(parts.length).toBe(10);
  });

  it('says what the tunnel weakens, and that it needs no open port for HTTPS', () => {
    expect(summary(appMatrix)).toContain('left-most X-Forwarded-For');
    expect(summary(appMatrix)).toContain('needs no open port');
    expect(summary(publicStack())).not.toContain('X-Forwarded-For');
  });

  it('says from which upload speed on Traefik cuts off the largest file, and what to start it with', () => {
    const option = (seconds: number): string =>
      `--entryPoints.websecure.transport.respondingTimeouts.readTimeout=${seconds}s`;
    expect(summary(publicStack())).toContain('needs 7 Mbit/s');
    expect(summary(publicStack())).toContain(option(240));
    expect(summary(publicStack('synapse: {uploadLimit: 1G}'))).toContain('needs 144 Mbit/s');
    expect(summary(publicStack('synapse: {uploadLimit: 1G}'))).toContain(option(4320));
    expect(summary(publicStack('synapse: {uploadLimit: 10M}'))).not.toContain('readTimeout');
    // Through a tunnel, only people on the local network come through Traefik, and they are fast.
    expect(summary(appMatrix)).not.toContain('readTimeout');
    expect(summary(publicStack('cluster: {traefik: {entryPoints: {https: secure}}}'))).toContain(
      '--entryPoints.secure.transport',
    );
  });

  it('says that calls on the local network go through the router where LiveKit tells the public address only', () => {
    const router =
      /LiveKit gives the address 203\.0\.113\.7 .* send 7882\/udp, 7881\/tcp, 3478\/udp back inside/;
    expect(summary(appMatrix)).toMatch(router);
    expect(summary(publicStack())).not.toContain('NAT loopback');
  });

  it('says that a tunnel carries plain HTTP unless its zone forbids it', () => {
    expect(section(summary(appMatrix), 'Before this goes live')).toMatch(
      /"Always Use HTTPS" .* for the zone borooka\.ee/,
    );
    expect(summary(publicStack())).not.toContain('Always Use HTTPS');
  });

  it('lists the ports through which LiveKit relays, and who comes there', () => {
    expect(section(summary(publicStack()), 'Firewall')).toContain(
      "| 41000-41999/udp | the node itself, through the router if 198.51.100.7 is the router's | every node | LiveKit SFU: relayed call traffic |",
    );
  });

  it('promises no relay on a local network, where LiveKit refuses every one', () => {
    const lan = allProfiles().find(({ file }) => file === 'stacks/lan-only-with-calls.yaml') ?? publicStack();
    const firewall = section(summary(lan), 'Firewall');
    expect(firewall).toContain('LiveKit SFU: STUN: a client learns its own address |');
    expect(firewall).not.toMatch(/relay|41000/);
  });

  it('says what port 80 of a public Traefik is for, as far as the issuer is known', () => {
    const row = (tls: string): string | undefined =>
      section(
        summary(
          stackFrom(`schema: 1\nserverName: example.org\nexpose: {public: {via: traefik, tls: ${tls}}}\n`),
        ),
        'Firewall',
      )
        .split('\n')
        .find((line) => line.startsWith('| 80/tcp | anywhere |'));
    expect(row('{issuer: {name: le, acme: http01}}')).toContain('HTTP-01 challenges of the issuer `le`; the');
    expect(row('{issuer: {name: le}}')).toContain('HTTP-01 challenges of the issuer `le`, if it uses them');
    for (const tls of [
      '{issuer: {name: le, acme: dns01}}',
      '{issuer: {name: ca, acme: none}}',
      '{secret: tls}',
    ]) {
      expect(row(tls)).toContain('the redirect to HTTPS');
      expect(row(tls)).not.toContain('HTTP-01');
    }
    expect(section(summary(appMatrix), 'Firewall')).not.toContain('| 80/tcp |');
    expect(section(summary(publicStack()), 'Before this goes live')).toContain(
      '--entryPoints.web.http.redirections.entryPoint.to=:443',
    );
  });

  it('names port 80 on the local network where certificates there depend on it', () => {
    const lan = stackFrom(
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: step, acme: http01}}}}\n',
    );
    expect(section(summary(lan), 'Firewall')).toContain(
      "| 80/tcp | the ACME server | Traefik's local address | the HTTP-01 challenges of the issuer `step` |",
    );
    expect(dig(objectOf(lan, 'Certificate', 'synapse-tls'), 'spec', 'issuerRef')).toEqual({
      group: 'cert-manager.io',
      kind: 'ClusterIssuer',
      name: 'step',
    });
  });

  it('says that the record of the bare server name takes it over from a web site, and how to keep that', () => {
    const row = (stack: Stack): string | undefined =>
      section(summary(stack), 'DNS records')
        .split('\n')
        .find((line) => line.startsWith(`| \`${stack.serverName}\` |`));
    for (const stack of [publicStack(), appMatrix]) {
      expect(row(stack)).toMatch(/replaces a web site on that name: .* `wellKnown: elsewhere` \|$/);
    }
    // Without a host of its own nothing is taken over that was not meant to be.
    expect(row(publicStack('synapse: {host: example.org}'))).not.toContain('web site');
    expect(summary(publicStack('wellKnown: elsewhere'))).not.toContain('replaces a web site');
  });

  it('says which names on the local network lead nowhere, or only half the way', () => {
    const before = section(summary(appMatrix), 'Before this goes live');
    expect(before).toContain(
      'No client ever uses rtc.cluster.arpa (expose.lan.names.livekit): every client gets rtc.testing.borooka.ee',
    );
    expect(before).toContain(
      'Element opened as element.cluster.arpa still connects to https://matrix.testing.borooka.ee',
    );
    expect(summary(publicStack())).not.toMatch(/No client ever|still connects to/);
  });

  it('names the operators that a stack needs, with releases that do not fit', () => {
    const needs = (stack: Stack): string => section(summary(stack), 'What the cluster needs');
    expect(needs(publicStack())).toMatch(/\| Traefik \| .* not 3\.6\.4 to 3\.6\.6/);
    expect(needs(publicStack())).toMatch(/\| Flux \| .* 2\.5 or newer/);
    expect(needs(publicStack())).not.toContain('cloudflare');
    expect(needs(appMatrix)).toMatch(/cloudflare-operator.*Sealed Secrets/s);
    // Every kind that is no built-in one has an operator in the table.
    const words: Readonly<Record<string, string>> = {
      'postgresql.cnpg.io': 'CloudNativePG',
      'cert-manager.io': 'cert-manager',
      'traefik.io': 'Traefik',
      'networking.cfargotunnel.com': 'cloudflare-operator',
      'bitnami.com': 'Sealed Secrets',
      'external-secrets.io': 'External Secrets',
      'kustomize.toolkit.fluxcd.io': 'Flux',
      'gateway.networking.k8s.io': '(?:Traefik|Envoy Gateway|Cilium) \\| HTTPS, by the Gateway API',
    };
    for (const stack of allProfiles()) {
      for (const { manifest } of objectsOf(stack)) {
        const [group = ''] = manifest.apiVersion.split('/');
        if (['v1', 'apps', 'networking.k8s.io'].includes(group)) continue;
        expect(needs(stack), manifest.apiVersion).toMatch(new RegExp(`\\| ${words[group] ?? group}`));
      }
    }
  });

  it('says which kernel setting call nodes need', () => {
    expect(section(summary(publicStack()), 'Before this goes live')).toContain(
      'net.core.rmem_max = 10485760',
    );
    const minimal = stacksIn(EXAMPLES).find(({ name }) => name === 'minimal') ?? publicStack();
    expect(summary(minimal)).not.toContain('rmem_max');
  });

  it('says which names of a local network pods have to find too', () => {
    const lan = allProfiles().find(({ file }) => file === 'stacks/lan-only-with-calls.yaml') ?? publicStack();
    expect(section(summary(lan), 'DNS records')).toContain(
      'Pods have to resolve two of these names too: `home.arpa` and `rtc.home.arpa`',
    );
    expect(summary(publicStack())).not.toContain('Pods need');
  });

  it('gives the texts for a web site elsewhere', () => {
    const text = summary(publicStack('wellKnown: elsewhere'));
    expect(text).toContain('"m.server": "matrix.example.org:443"');
    expect(text).toContain('org.matrix.msc4143.rtc_foci');
    for (const language of ['nginx', 'caddyfile']) expect(text).toContain(`\`\`\`${language}\n`);
    const [, traefik = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(text) ?? [];
    expect(dig(load(traefik), 'http', 'services', 'matrix-openid', 'loadBalancer', 'passHostHeader')).toBe(
      false,
    );
  });
});

describe('what comes before a stack goes live', () => {
  const items = (stack: Stack): readonly string[] =>
    section(summary(stack), 'Before this goes live')
      .split('\n')
      .filter((line) => line.startsWith('- '));

  it.each([
    [
      '{enable_registration: true, enable_registration_without_verification: true}',
      '`synapse.extraConfig.enable_registration` with enable_registration_without_verification lets anyone make an account',
    ],
    ['{enable_registration: true}', 'Synapse does not start'],
    ['{enable_registration: true, registrations_require_3pid: []}', 'Synapse does not start'],
    ['{allow_guest_access: true}', 'lets anyone in as a guest without a password'],
    ['{ip_range_blacklist: []}', 'leaves out 127.0.0.0/8, 10.0.0.0/8'],
    ['{ip_range_whitelist: ["0.0.0.0/0"]}', 'lets Synapse connect to 0.0.0.0/0'],
    [
      '{url_preview_enabled: true, url_preview_ip_range_blacklist: []}',
      '`synapse.extraConfig.url_preview_ip_range_blacklist` leaves out',
    ],
    ['{url_preview_ip_range_whitelist: [10.0.0.1]}', 'make Synapse read pages at 10.0.0.1'],
    ['{use_insecure_ssl_client_just_for_testing_do_not_use: true}', 'accept any certificate, so that'],
    ['{federation_verify_certificates: false}', 'accept any certificate of other homeservers'],
  ])('names options of Synapse that open or weaken something: %s', (options, what) => {
    const plain = items(publicStack());
    const found = items(publicStack(`synapse: {extraConfig: ${options}}`)).filter(
      (one) => !plain.includes(one),
    );
    expect(found).toEqual([expect.stringContaining(what)]);
  });

  it.each([
    '{extraConfig: {enable_registration: true, registration_requires_token: true}}',
    '{extraConfig: {enable_registration: false, enable_registration_without_verification: true}}',
    '{extraConfig: {allow_guest_access: false, federation_verify_certificates: true, ip_range_whitelist: []}}',
    '{extraConfig: {ip_range_blacklist: null}}',
  ])('names none that weakens nothing: %s', (synapse) => {
    expect(items(publicStack(`synapse: ${synapse}`))).toEqual(items(publicStack()));
  });

  it('begins with an address out of an example', () => {
    expect(items(publicStack())[0]).toMatch(
      /^- callNodes\.addresses\.public is 198\.51\.100\.7, an address reserved for documentation: calls fail until/,
    );
  });

  it('names ports in a range that the network between pods may use', () => {
    expect(items(publicStack()).join()).not.toContain('51820');
    const text = stackFrom(
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: ca}}}}\nlivekit: {udp: 50000-52000}\n',
    );
    expect(items(text).join()).toContain(
      '51820 (WireGuard of Calico and Flannel), 51821 (WireGuard of Calico and Flannel), 51871 (WireGuard of Cilium)',
    );
  });
});

describe('SECRETS.md', () => {
  it('has a command for every key, and nothing secret in it', () => {
    const text = secrets(publicStack('secrets: {provider: existing}'));
    for (const { keys } of publicStack().secrets) {
      for (const { key } of keys) expect(text).toContain(`--from-file=${key}=<(`);
    }
    expect(text).not.toMatch(/[0-9a-f]{32}|[A-Za-z0-9+/]{43}/);
  });

  it('makes values without a newline for keys that become environment variables', () => {
    const text = secrets(publicStack('secrets: {provider: existing}'));
    const commands = text.split('\n').filter((line) => line.includes('-auth-password=<('));
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toContain("| tr -d '\\n')");
  });

  it.each([
    ['existing', ''],
    ['external-secrets', ', store: {name: vault}'],
  ])('says once, with %s, how a new value reaches the programs', (provider, more) => {
    const text = secrets(publicStack(`secrets: {provider: ${provider}${more}}`));
    expect(text.split('rollout restart deployment')).toHaveLength(2);
    expect(text).toContain(provider === 'existing' ? '| kubectl replace -f -' : 'within `1h0m0s`');
  });

  it('promises no restart of pods that read a value of your own: not every provider starts them', () => {
    for (const provider of ['existing', 'sealed-secrets']) {
      const text = secrets(publicStack(`secrets: {own: {mail: {password: {}}}, provider: ${provider}}`));
      expect(text).toContain('| users of the programs that read it: their pods have to restart |');
    }
  });

  it('names what has to be made again after a value, where nobody composes it', () => {
    const mail =
      'synapse: {extraSecretConfig: {email: {smtp_pass: {fromSecret: mail, key: password}}}}\nsecrets: {own: {mail: {password: {}}}, provider: ';
    const sentence = 'until you replace it too: `synapse-secret-config` after `mail`.';
    expect(secrets(publicStack(`${mail}existing}`))).toContain(sentence);
    expect(secrets(publicStack(`${mail}sealed-secrets}`))).not.toContain(sentence);
  });

  it('asks for the certificates that somebody else keeps, with their hosts', () => {
    const own = publicStack().secrets.some(({ type }) => type?.kind === 'tls');
    expect(own).toBe(false);
  });
});
