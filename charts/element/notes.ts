import type { StackFacts } from '../../src/system/facts.ts';
import type { Note } from '../../src/system/note.ts';
import { HOMESERVER, type Offered } from '../../src/system/topics.ts';
import type { ElementOption } from './options.ts';

/** A person who has gone as far as a name of its own on the local network expects everything behind it. */
export function onLocalName({ expose }: StackFacts, offers: readonly Offered[]): readonly Note[] {
  const name = expose.lan?.names.element;
  if (name === undefined) return [];
  return HOMESERVER.of(offers).map(({ baseUrl }) => ({
    where: 'local-network',
    text: [
      `Element opened as ${name} still connects to ${baseUrl}, as it does everywhere: the local network must be able to reach that address too.`,
    ],
  }));
}

/** What Element loads by itself, and what whoever serves it learns. */
const LOADED: readonly (readonly [string, string, string])[] = [
  ['branding.logo', 'its logo', 'who opens Element'],
  ['branding.background', 'its background', 'who opens Element'],
  ['mapStyle', 'maps', 'at which places people look'],
];

/** Servers outside of the stack's own domain that see people of the stack. */
export function othersServers(
  { options = [] }: { readonly options?: readonly ElementOption[] },
  { serverName }: StackFacts,
): readonly Note[] {
  return LOADED.flatMap(([setting, what, learns]): readonly Note[] => {
    const value = options.find(({ at }) => at.join('.') === setting)?.value;
    const [, host] = typeof value === 'string' ? (/^https:\/\/([a-z0-9.-]+)/.exec(value) ?? []) : [];
    if (host === undefined || host === serverName || host.endsWith(`.${serverName}`)) return [];
    return [{ where: 'before-live', text: [`Element loads ${what} from ${host}, which learns ${learns}.`] }];
  });
}
