import type { Route, Selection } from '../topology/topology.ts';

/** What one component offers to any other. */
export interface Offered {
  /** The {@link Topic} that it belongs to. */
  readonly topic: symbol;
  readonly value: unknown;
}

/** Something that components offer, and read of each other without knowing each other. */
export interface Topic<T> {
  readonly offer: (value: T) => Offered;
  /** What all components offer on it, in the order of the components. */
  readonly of: (all: readonly Offered[]) => readonly T[];
}

function topic<T>(name: string): Topic<T> {
  const own = Symbol(name);
  const isOwn = (one: Offered): one is Offered & { readonly value: T } => one.topic === own;
  return {
    offer: (value) => ({ topic: own, value }),
    of: (all) => all.filter(isOwn).map(({ value }) => value),
  };
}

/** The homeserver. Every stack has one. */
export const HOMESERVER = topic<{
  /** Its key in the stack file. */
  readonly component: string;
  readonly host: string;
  /** The address that clients get: `https://<host>`. */
  readonly baseUrl: string;
  /** The workload that answers its clients, and the Service that leads there. */
  readonly workload: string;
  readonly service: Route['to'];
  /** Words of a command in its container that creates an administrator, and asks for the name and the password. */
  readonly createAdministrator: readonly string[];
}>('homeserver');

/** What carries calls. */
export const CALLS = topic<
  | {
      readonly by: 'livekit';
      /** The address that Matrix clients get: where the JWT service answers. */
      readonly serviceUrl: string;
    }
  | {
      readonly by: 'jitsi';
      /** Where meetings are opened. */
      readonly host: string;
    }
>('calls');

/** A page where people without an account take part in calls of the stack: what clients put into links for them. */
export const GUEST_CALLS = topic<{
  /** Where the page is opened: `https://call.example.org`, without a slash at the end. */
  readonly url: string;
}>('calls for guests');

/** Pages in which others' pages are shown. */
export const CLIENTS = topic<{
  /** Every host that they are served on. */
  readonly hosts: readonly string[];
}>('clients');

/** A database that some workloads need. */
export interface DatabaseNeed {
  /**
   * Of the database, and of the role that owns it and connects to it. Objects and a Secret are named after it: at most
   * 50 lower-case letters, digits and dashes, and no name that PostgreSQL has itself.
   */
  readonly name: string;
  /** Who opens connections, and how many at most each of their pods. */
  readonly readers: readonly { readonly selects: Selection; readonly connections: number }[];
  /**
   * True for the one that the server starts with. That can never change, so it is the homeserver's, which every stack
   * has.
   */
  readonly first?: true;
}

/** The databases that components need. */
export const DATABASES = topic<DatabaseNeed>('databases');

/** The server that has them all. */
export const DATABASE_SERVER = topic<{
  /** The workload that answers on its port `postgres`. */
  readonly workload: string;
  /** The Secret with `username` and `password` for the database that it starts with; the operator makes it. */
  readonly secret: string;
}>('database server');

/** How clients log in at a TURN server. The Secrets are in the namespace of the stack. */
export type TurnLogin =
  /** Logins that expire, which the homeserver makes of a secret that it shares with the server. */
  | { readonly by: 'shared-secret'; readonly secret: string; readonly key: string }
  /** One login for everybody. */
  | {
      readonly by: 'password';
      readonly username: { readonly secret: string; readonly key: string };
      readonly password: { readonly secret: string; readonly key: string };
    };

/** TURN servers, which relay what two clients cannot send each other directly. */
export const TURN = topic<{
  /** As browsers take them: `turn:turn.example.org:3478?transport=udp`. */
  readonly uris: readonly string[];
  readonly login: TurnLogin;
}>('turn');

/** What `/.well-known/matrix/client` says to clients, key by key. */
export const WELL_KNOWN_CLIENT = topic<Readonly<Record<string, unknown>>>('well-known for clients');
