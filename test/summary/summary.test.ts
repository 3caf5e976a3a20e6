import { describe, expect, it } from 'vitest';
import type { Stack } from '../../model/stack.ts';
import { render } from '../../render.ts';
import { allProfiles, dig, digList, objectsOf, publicStack, stackFrom, stacksIn } from '../stacks.ts';

const summary = (stack: Stack): string => render(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
const secrets = (stack: Stack): string => render(stack).files.get(`${stack.name}/SECRETS.md`) ?? '';

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
    for (const { title } of stack.topology.parties) expect(text).toContain(`["${title}`);
  });
});

describe('SUMMARY.md', () => {
  const appMatrix = stacksIn('stacks').find(({ name }) => name === 'app-matrix') ?? publicStack();

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

  it('gives the texts for a web site elsewhere', () => {
    const text = summary(publicStack('wellKnown: elsewhere'));
    expect(text).toContain('"m.server": "matrix.example.org:443"');
    expect(text).toContain('org.matrix.msc4143.rtc_foci');
  });
});

describe('what comes before a stack goes live', () => {
  const items = (stack: Stack): readonly string[] =>
    section(summary(stack), 'Before this goes live')
      .split('\n')
      .filter((line) => line.startsWith('- '));

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

  it('asks for the certificates that somebody else keeps, with their hosts', () => {
    const own = publicStack().secrets.some(({ certificateFor }) => certificateFor !== undefined);
    expect(own).toBe(false);
  });
});
