import type * as z from 'zod';
import { exactlyOne } from '../../src/stack/exactly-one.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import type { Placed } from '../../src/system/component.ts';
import type { turnSchema } from './schema.ts';
import type { Coturn, TurnSettings } from './settings.ts';

type Written = z.infer<typeof turnSchema>;

/** What is wrong with `turn:` that no single field shows. */
export function turnFindings(
  written: Written,
  { coturn }: TurnSettings,
  placed: Placed,
): readonly CheckFinding[] {
  return [
    ...choice(['turn'], written, ['coturn', 'external']),
    ...choice(['turn', 'external'], written?.external, ['secret', 'login']),
    ...(coturn === undefined
      ? []
      : [...undiscovered(placed), ...idleTls(written), ...quotas(written, coturn)]),
  ];
}

/** Nothing is said of a choice where something in it is wrong: it may be the one that is not understood. */
function choice(at: Path, group: object | undefined, keys: readonly string[]): readonly CheckFinding[] {
  return exactlyOne(at, group, keys).map((one) => ({ ...one, missing: at }));
}

/** coturn answers clients with an address that it is given: it asks no STUN server. */
function undiscovered({ facts: { callNodes } }: Placed): readonly CheckFinding[] {
  if (callNodes.address.by !== 'stun') return [];
  return [
    {
      code: 'MG200',
      at: ['callNodes', 'addresses', 'discover'],
      other: ['turn', 'coturn'],
      what: 'coturn cannot find out its public address with STUN, and clients would get an address that leads nowhere',
      remedy:
        'write callNodes: {addresses: {public: ADDRESS}} with the address that leads to your call node; if that changes from time to time, use turn.external instead of turn.coturn',
    },
  ];
}

/** Settings of TLS that nothing reads. */
function idleTls(written: Written): readonly CheckFinding[] {
  const coturn = written?.coturn;
  if (coturn?.withTls !== false) return [];
  return (['tls', 'tlsPort'] as const).flatMap((key) =>
    coturn[key] === undefined
      ? []
      : [
          {
            code: 'MG201',
            at: ['turn', 'coturn', key],
            other: ['turn', 'coturn', 'withTls'],
            what: `turn.coturn.${key} is written, but withTls: false leaves out TURN over TLS`,
            remedy: `remove ${key}, or remove withTls`,
          } as const,
        ],
  );
}

/** Limits that can never be reached, or that no range has the ports for. */
function quotas(written: Written, { quotas: { user, total }, relay }: Coturn): readonly CheckFinding[] {
  const ports = relay.last - relay.first + 1;
  // A range that runs backwards is an error of its own.
  if (ports < 1) return [];
  const range = `turn.coturn.relay has ${ports} ${ports === 1 ? 'port' : 'ports'}`;
  if (ports < user) {
    return [
      {
        code: 'MG202',
        at:
          written?.coturn?.relay === undefined
            ? ['turn', 'coturn', 'quotas', 'user']
            : ['turn', 'coturn', 'relay'],
        what: `${range}, and one login can have ${user} relayed connections at once (quotas.user)`,
        remedy: 'write a wider range at relay, or a lower number at quotas.user',
      },
    ];
  }
  if (total > ports) {
    return [
      {
        code: 'MG202',
        at: ['turn', 'coturn', 'quotas', 'total'],
        what: `${range}, so that there are never ${total} relayed connections at once (quotas.total)`,
        remedy: `write at most ${ports}, or a wider range at relay`,
      },
    ];
  }
  if (total < user) {
    return [
      {
        code: 'MG202',
        at: ['turn', 'coturn', 'quotas', 'total'],
        what: `quotas.total is ${total}, and one login alone can have ${user} relayed connections (quotas.user)`,
        remedy: `write at least ${user}, or a lower number at quotas.user`,
      },
    ];
  }
  return [];
}
