import { compareText } from '../../src/plain/compare.ts';
import { isRecord } from '../../src/plain/data.ts';
import { mergePatch } from '../../src/plain/merge-patch.ts';
import { leaves, type Owned } from '../../src/system/extra-config.ts';
import { HOMESERVER, type Offered, WELL_KNOWN_CLIENT } from '../../src/system/topics.ts';

interface Around {
  readonly offers: readonly Offered[];
}

interface Additions {
  /** More keys, which are merged into the answer. */
  readonly extraClient?: Readonly<Record<string, unknown>> | undefined;
}

/** Whom to turn to, in the words of the stack file. */
interface Support {
  readonly page?: string | undefined;
  readonly contacts?:
    | readonly {
        readonly role: 'admin' | 'security';
        readonly matrix?: string | undefined;
        readonly email?: string | undefined;
      }[]
    | undefined;
}

/**
 * `/.well-known/matrix/client`: where clients find the homeserver and the call service.
 *
 * Calls stand here and in Synapse's own answer: clients are in the middle of moving from one to the other.
 */
export function wellKnownClient({ offers }: Around, { extraClient }: Additions): object {
  const answer = mergePatch(offered(offers), inOrder(extraClient ?? {}));
  return isRecord(answer) ? answer : {};
}

/** What the stack itself says to clients, which additions replace only with a reason. */
export function clientOwned(offers: readonly Offered[]): readonly Owned[] {
  return leaves(offered(offers)).map((path) => ({ path, owner: 'the rest of this stack file' }));
}

/** The same data with its keys in order: which file of several says what first must not show. */
function inOrder(data: unknown): unknown {
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.entries(data)
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, value]) => [key, inOrder(value)]),
  );
}

function offered(offers: readonly Offered[]): object {
  return Object.assign({}, ...WELL_KNOWN_CLIENT.of(offers));
}

/** `/.well-known/matrix/server`: where other homeservers connect to. */
export function wellKnownServer({ offers }: Around): object {
  return Object.fromEntries(HOMESERVER.of(offers).map(({ host }) => ['m.server', `${host}:443`]));
}

/**
 * `/.well-known/matrix/support`: whom to turn to about this server; undefined where the stack file names nobody.
 *
 * @see https://spec.matrix.org/latest/client-server-api/#getwell-knownmatrixsupport
 */
export function wellKnownSupport({ support }: { readonly support?: Support }): object | undefined {
  if (support === undefined) return undefined;
  const { page, contacts } = support;
  return {
    ...(contacts === undefined
      ? {}
      : {
          contacts: contacts.map(({ role, matrix, email }) => ({
            role: `m.role.${role}`,
            ...(matrix === undefined ? {} : { matrix_id: matrix }),
            ...(email === undefined ? {} : { email_address: email }),
          })),
        }),
    ...(page === undefined ? {} : { support_page: page }),
  };
}
