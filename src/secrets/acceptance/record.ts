import { compareText } from '../../plain/compare.ts';
import { isRecord } from '../../plain/data.ts';
import { isRecipient } from '../../stack/age-recipient.ts';
import { isFingerprint } from './fingerprint.ts';

/** Whom one person lets the values of a stack be encrypted for. */
export interface Accepted {
  /**
   * Certificates of the controller: SHA-256, 64 lower-case hexadecimal digits. The one that was sealed for last comes
   * last: to go back to an older one, whose key may have leaked by now, is a decision of its own.
   */
  readonly certificates: readonly string[];
  /** Public keys of age, `age1…`, of SOPS and of escrow. */
  readonly recipients: readonly string[];
  /** Services that may be asked for a certificate: `NAMESPACE/NAME`. */
  readonly controllers: readonly string[];
}

/**
 * The key of a stack in the record. A name alone would not do: the repository chooses it, and two stacks that exchange
 * theirs would exchange whom they may be encrypted for. Values of one namespace and server never take the key of others.
 */
export function stackKey({ name, namespace, serverName }: StackIdentity): string {
  return `${name} (${namespace}, ${serverName})`;
}

/** What tells a stack from every other one. */
export interface StackIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly serverName: string;
}

/** What a person has accepted, by the real path of the folder with the stack files, then by {@link stackKey}. */
export type AcceptanceRecord = ReadonlyMap<string, ReadonlyMap<string, Accepted>>;

export const NOTHING_ACCEPTED: Accepted = { certificates: [], recipients: [], controllers: [] };

/** The only form of the file so far. */
const VERSION = 1;

/** Namespace and name as Kubernetes allows them: they become part of a path. */
const SERVICE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether a text is the address of a Service, `NAMESPACE/NAME`. */
export function isServiceAddress(text: string): boolean {
  return SERVICE.test(text);
}

/** Reads the text of the record; undefined when it is damaged, or of a later release. */
export function readRecord(text: string): AcceptanceRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.version !== VERSION || !isRecord(value.stacks)) return undefined;
  const record = new Map<string, ReadonlyMap<string, Accepted>>();
  for (const [folder, stacks] of Object.entries(value.stacks)) {
    if (!isRecord(stacks)) return undefined;
    const read = new Map<string, Accepted>();
    for (const [stack, written] of Object.entries(stacks)) {
      const accepted = acceptedIn(written);
      if (accepted === undefined) return undefined;
      read.set(stack, accepted);
    }
    record.set(folder, read);
  }
  return record;
}

function acceptedIn(written: unknown): Accepted | undefined {
  if (!isRecord(written)) return undefined;
  const certificates = texts(written.certificates, isFingerprint);
  const recipients = texts(written.recipients, isRecipient);
  const controllers = texts(written.controllers, isServiceAddress);
  if (certificates === undefined || recipients === undefined || controllers === undefined) return undefined;
  return { certificates, recipients, controllers };
}

function texts(list: unknown, fits: (text: string) => boolean): readonly string[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const all: unknown[] = list;
  const found = all.filter((one): one is string => typeof one === 'string' && fits(one));
  return found.length === all.length ? found : undefined;
}

/** The text of a record: the same one for the same content. */
export function recordText(record: AcceptanceRecord): string {
  const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
    [...map].sort(([a], [b]) => compareText(a, b));
  const stacks = Object.fromEntries(
    sorted(record).map(([folder, own]) => [folder, Object.fromEntries(sorted(own))]),
  );
  return `${JSON.stringify({ version: VERSION, stacks }, undefined, 2)}\n`;
}

/** What is accepted for a stack. */
export function acceptedFor(record: AcceptanceRecord, folder: string, stack: string): Accepted {
  return record.get(folder)?.get(stack) ?? NOTHING_ACCEPTED;
}

/** A record with more accepted for a stack. */
export function withAccepted(
  record: AcceptanceRecord,
  folder: string,
  stack: string,
  more: Accepted,
): AcceptanceRecord {
  const own = new Map(record.get(folder) ?? []);
  own.set(stack, together(acceptedFor(record, folder, stack), more));
  return new Map(record).set(folder, own);
}

/** Everything that either of two accepts, each once, what the second one has at the end. */
export function together(a: Accepted, b: Accepted): Accepted {
  const both = (one: readonly string[], other: readonly string[]): readonly string[] => [
    ...new Set([...one.filter((text) => !other.includes(text)), ...other]),
  ];
  return {
    certificates: both(a.certificates, b.certificates),
    recipients: both(a.recipients, b.recipients),
    controllers: both(a.controllers, b.controllers),
  };
}

/** Whether the first one stays as it is when the second is added. */
export function covers(all: Accepted, part: Accepted): boolean {
  const has = (one: readonly string[], other: readonly string[]): boolean =>
    other.every((text) => one.includes(text));
  const { certificates } = together(all, part);
  return (
    certificates.join() === all.certificates.join() &&
    has(all.recipients, part.recipients) &&
    has(all.controllers, part.controllers)
  );
}
