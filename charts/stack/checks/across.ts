import { shareNodes } from '../../../src/plain/node-selector.ts';
import type { Diagnostic, Position } from '../../../src/stack/diagnostic.ts';
import { objectId, objectText } from '../../../src/stack/manifest.ts';
import { dotted, type YamlSource } from '../../../src/stack/reading/yaml-source.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';
import { type HostPorts, hostPorts, portsText } from './call-nodes.ts';
import { namedHosts } from './named-hosts.ts';
import { namespaceField } from './names.ts';

/** Something that only one stack can have, and where its file says so. */
interface Claim {
  readonly value: string;
  readonly position: Position;
}

/** Ports on the call nodes, and where the file decides them. */
interface PortClaim extends HostPorts {
  readonly position: Position;
}

/** Everything of a stack that no other stack may have too. Small: those of all stacks are held at once. */
export interface Claims {
  readonly file: string;
  readonly name: Claim;
  /** Each with the field to change, in words. */
  readonly namespaces: readonly (Claim & { readonly field: string })[];
  readonly hosts: readonly Claim[];
  /** Objects of the whole cluster that are included, such as `ClusterRole/page`; none before those are read. */
  readonly objects: readonly Claim[];
  readonly ports: readonly PortClaim[];
}

/** What a stack that came before claims. */
interface Claimed {
  readonly stack: Claims;
  readonly claim: Claim;
}

/** A clash between two stack files. */
export interface Clash {
  /** The file that came first, and the one that came later, which the diagnostic points at. */
  readonly files: readonly [string, string];
  readonly diagnostic: Diagnostic;
}

/** What a stack claims for itself. */
export function claimsOf(written: StackFile, stack: Stack, source: YamlSource): Claims {
  const fields = new Map(namedHosts(written, stack).map(({ host, path }) => [host, path]));
  const hosts = new Set(stack.topology.hosts.map(({ host }) => host));
  return {
    file: stack.file,
    name: { value: stack.name, position: source.at(['name']) },
    namespaces: stack.topology.namespaces.map((claim) => ({
      value: claim.name,
      position: source.at(namespaceField(written, claim)),
      field: dotted(claim.at),
    })),
    hosts: [...hosts].map((host) => ({
      value: host,
      position: source.at(fields.get(host) ?? ['serverName']),
    })),
    objects: [],
    ports: hostPorts(stack).map((ports) => ({ ...ports, position: source.at(ports.path) })),
  };
}

/** The same claims, with those of what the stack includes. */
export function withObjects(claims: Claims, { included }: Pick<Stack, 'included'>): Claims {
  const objects = included
    .flatMap((file) => file.objects)
    .filter(({ manifest }) => manifest.metadata.namespace === undefined)
    .map(({ manifest, at }) => ({ value: objectText(objectId(manifest)), position: at(['kind']) }));
  return { ...claims, objects };
}

/** Finds what several stacks claim at once; the error is at each stack after the first. */
export function checkAcross(stacks: readonly Claims[]): readonly Clash[] {
  const names = new Map<string, Claims>();
  const namespaces = new Map<string, Claimed>();
  const hosts = new Map<string, Claimed>();
  const objects = new Map<string, Claimed>();
  const found: Clash[] = [];
  for (const [index, stack] of stacks.entries()) {
    const sameName = names.get(stack.name.value);
    if (sameName === undefined) names.set(stack.name.value, stack);
    else found.push(shared({ stack: sameName, claim: sameName.name }, stack, stack.name, 'name'));
    for (const claim of stack.namespaces) {
      const first = namespaces.get(claim.value);
      if (first === undefined) namespaces.set(claim.value, { stack, claim });
      // The name decides a namespace too: that is one clash, not two.
      else if (first.stack !== sameName) found.push(shared(first, stack, claim, 'namespace', claim.field));
    }

    found.push(...sharedHosts(hosts, stack));
    for (const claim of stack.hosts) if (!hosts.has(claim.value)) hosts.set(claim.value, { stack, claim });

    for (const claim of stack.objects) {
      const first = objects.get(claim.value);
      if (first === undefined) objects.set(claim.value, { stack, claim });
      else found.push(sharedObject(first, { stack, claim }));
    }

    if (stack.ports.length === 0) continue;
    for (const other of stacks.slice(0, index)) {
      const clash = sharedPorts(other, stack);
      if (clash === undefined) continue;
      found.push(clash);
      break;
    }
  }
  return found;
}

/**
 * Two stacks with one name would overwrite each other's folder, with one namespace each other's objects: those that
 * the second brings are called as those of the first, and Flux would have each stack undo what the other did.
 */
function shared(
  { stack: first, claim }: Claimed,
  later: Claims,
  own: Claim,
  what: 'name' | 'namespace',
  field: string = what,
): Clash {
  return clash(
    { stack: first, position: claim.position },
    { stack: later, position: own.position },
    {
      code: 'MG040',
      what: `the ${what} "${own.value}" is already used by ${first.file}`,
      remedy: `write a different ${field}: in one of them`,
    },
  );
}

/** Flux would apply it for each of them, and remove it with the first that is gone. */
function sharedObject(first: Claimed, later: Claimed): Clash {
  return clash(
    { stack: first.stack, position: first.claim.position },
    { stack: later.stack, position: later.claim.position },
    {
      code: 'MG126',
      what: `${later.claim.value} applies to the whole cluster, and ${first.stack.file} includes it too`,
      remedy: 'include it in one stack only, or apply it with a Kustomization of its own',
    },
  );
}

/** One entrance cannot lead one host to two stacks. Hosts that one field decides are told together. */
function sharedHosts(claimed: ReadonlyMap<string, Claimed>, later: Claims): readonly Clash[] {
  const groups = new Map<string, { stack: Claims; claim: Claim; own: Claim; hosts: string[] }>();
  for (const own of later.hosts) {
    const first = claimed.get(own.value);
    if (first === undefined) continue;
    const key = [placeText(own.position), placeText(first.claim.position)].join(' ');
    const group = groups.get(key) ?? { ...first, own, hosts: [] };
    group.hosts.push(`"${own.value}"`);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ stack, claim, own, hosts }) =>
    clash(
      { stack, position: claim.position },
      { stack: later, position: own.position },
      {
        code: 'MG041',
        what: `the ${hosts.length > 1 ? 'hosts' : 'host'} ${hosts.join(', ')} already ${hosts.length > 1 ? 'belong' : 'belongs'} to ${stack.file}`,
        remedy: 'give one of them a different server name or different hosts',
      },
    ),
  );
}

/** Two programs cannot open one port on one node, whichever stacks they are of. */
function sharedPorts(first: Claims, later: Claims): Clash | undefined {
  const shared = later.ports.flatMap((own) =>
    first.ports
      .filter(
        ({ protocol, first, last, nodeSelector }) =>
          protocol === own.protocol &&
          first <= own.last &&
          own.first <= last &&
          shareNodes(nodeSelector, own.nodeSelector),
      )
      .map((other) => ({
        own,
        other,
        text: `${own.protocol} ${portsText({ first: Math.max(own.first, other.first), last: Math.min(own.last, other.last) })}`,
      })),
  );
  const [one] = shared;
  if (one === undefined) return undefined;
  const fixed = shared.find(({ own, other }) => !own.settable && !other.settable);
  const { own, other } = fixed ?? one;
  const settable = shared.map((pair) => dotted((pair.own.settable ? pair.own : pair.other).path));
  return clash(
    { stack: first, position: other.position },
    { stack: later, position: own.position },
    {
      code: 'MG042',
      what: `${[...new Set(shared.map(({ text }) => text))].join(', ')} on ${nodesText(own)} ${shared.length > 1 ? 'are' : 'is'} already opened by ${first.file}`,
      remedy: `write different labels at callNodes.nodeSelector in one of them${fixed === undefined ? `, or different ports at ${[...new Set(settable)].join(' and ')}` : ''}`,
    },
  );
}

function nodesText({ nodeSelector }: HostPorts): string {
  const labels = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  return labels.length === 0 ? 'any node' : `nodes with ${labels.join(', ')}`;
}

function placeText({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function clash(
  first: { readonly stack: Claims; readonly position: Position },
  later: { readonly stack: Claims; readonly position: Position },
  { code, what, remedy }: Omit<Diagnostic, 'position'>,
): Clash {
  return {
    files: [first.stack.file, later.stack.file],
    diagnostic: {
      position: later.position,
      code,
      what: `${what} (the other place is ${placeText(first.position)})`,
      remedy,
    },
  };
}
