import { isRecord } from '../../src/plain/data.ts';
import { isPrivateAddress } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { type Turn, WEB, type WrittenTurn } from './turn.ts';

/** Relays that LiveKit lets one participant have at once, all of them ports (its per_user_relay_allocation_limit). */
const RELAYS_FOR_ONE = 12;

const AT = ['livekit', 'turn'] as const;

/** What is wrong with `livekit.turn`. */
export function turnFindings(
  written: WrittenTurn,
  turn: Turn,
  extraConfig: Readonly<Record<string, unknown>>,
): readonly CheckFinding[] {
  return [
    ...tooFewRelays(turn),
    ...incomplete(written),
    ...behindItself(written),
    ...needlessPeers(written),
    ...twiceConfigured(turn, extraConfig),
  ];
}

/** TURN that cannot relay for a single participant would fail in calls, long after the start. */
function tooFewRelays({ relay }: Turn): readonly CheckFinding[] {
  const ports = relay.last - relay.first + 1;
  // A range that runs backwards is an error of its own.
  if (ports < 1 || ports >= RELAYS_FOR_ONE) return [];
  return [
    {
      code: 'MG085',
      at: [...AT, 'relay'],
      what: `livekit.turn.relay has ${ports} ${ports === 1 ? 'port' : 'ports'}, and one participant may need ${RELAYS_FOR_ONE}`,
      remedy: `write a wider range: ${RELAYS_FOR_ONE} ports for each participant that is relayed at once`,
    },
  ];
}

/** TURN over TLS needs a host and somebody who terminates TLS there. */
function incomplete(written: WrittenTurn): readonly CheckFinding[] {
  const { host, tls, tcp, certificate } = written ?? {};
  const missing = (at: string, what: string, remedy: string): readonly CheckFinding[] => [
    { code: 'MG211', at: [...AT, at], what, remedy },
  ];
  if (host !== undefined && tls === undefined) {
    return missing(
      'host',
      'livekit.turn.host is the host of TURN over TLS, but nothing says who terminates TLS there',
      'write livekit.turn.tls: entrance, or livekit',
    );
  }
  const [idle] = [
    ...(tls === undefined ? [] : ['tls']),
    ...(tcp === undefined ? [] : ['tcp']),
    ...(certificate === undefined ? [] : ['certificate']),
  ];
  if (host === undefined && idle !== undefined) {
    return missing(
      idle,
      `livekit.turn.${idle} is about TURN over TLS, which needs a host of its own`,
      'write livekit.turn.host: with a name that nothing else uses, such as turn.example.org',
    );
  }
  if (certificate !== undefined && tls === 'entrance') {
    return [
      {
        code: 'MG212',
        at: [...AT, 'certificate'],
        other: [...AT, 'tls'],
        what: 'livekit.turn.certificate is for LiveKit, but the entrance terminates TLS',
        remedy: 'remove certificate, or write livekit.turn.tls: livekit',
      },
    ];
  }
  return [];
}

/** The entrance has port 443; what LiveKit listens on behind it is another one. */
function behindItself(written: WrittenTurn): readonly CheckFinding[] {
  if (written?.tcp !== WEB || written.tls !== 'entrance') return [];
  return [
    {
      code: 'MG213',
      at: [...AT, 'tcp'],
      other: [...AT, 'tls'],
      what: `livekit.turn.tcp is ${WEB}, but with tls: entrance that is the port of the entrance, and LiveKit takes unencrypted TURN behind it`,
      remedy: 'write a different port, such as 5349, or remove tcp',
    },
  ];
}

/** The list is of exceptions from what LiveKit refuses. */
function needlessPeers(written: WrittenTurn): readonly CheckFinding[] {
  return (written?.relayTo ?? []).flatMap((address, index): readonly CheckFinding[] =>
    isPrivateAddress(address)
      ? []
      : [
          {
            code: 'MG214',
            at: [...AT, 'relayTo', index],
            what: `"${address}" is not a private address, and TURN relays to all others anyway`,
            remedy: 'write the private address of a call node, or remove the entry',
          },
        ],
  );
}

/** Options of livekit.yaml that TURN over TLS is made of, where the stack file sets it up itself. */
const DECIDED = ['domain', 'tls_port', 'external_tls', 'cert_file', 'key_file'] as const;

function twiceConfigured(
  { tls }: Turn,
  extraConfig: Readonly<Record<string, unknown>>,
): readonly CheckFinding[] {
  const raw = extraConfig.turn;
  if (tls === undefined || !isRecord(raw)) return [];
  return DECIDED.filter((option) => option in raw).map((option) => ({
    code: 'MG215',
    at: ['livekit', 'extraConfig', 'turn', option],
    other: [...AT, 'host'],
    what: `turn.${option} is decided by livekit.turn, which sets up TURN over TLS`,
    remedy: `remove ${option} here`,
  }));
}
