import { compareText } from '../../src/plain/compare.ts';
import { isRecord } from '../../src/plain/data.ts';
import type { Placed } from '../../src/system/component.ts';
import type { Note, Passage } from '../../src/system/note.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { wellKnownClient, wellKnownServer, wellKnownSupport } from './answers.ts';
import { OPENID_USERINFO, WELL_KNOWN_PREFIX } from './paths.ts';
import type { WellKnown } from './schema.ts';
import { caddyLines, nginxLines, type Site, traefikLines } from './snippets.ts';

/** With `wellKnown: elsewhere`: what the web site on the server name has to answer, and how web servers are told. */
export function elsewhere(own: WellKnown, { facts, offers }: Placed): Note {
  const support = wellKnownSupport(own);
  const answers: Readonly<Record<string, object>> = {
    client: inOneOrder(wellKnownClient({ offers }, own)),
    server: wellKnownServer({ offers }),
    ...(support === undefined ? {} : { support }),
  };
  const { serverName } = facts;
  return {
    where: 'summary',
    title: `What https://${serverName} has to answer`,
    passages: [
      {
        text: [
          `${support === undefined ? 'Both' : 'All'} with `,
          { code: 'Content-Type: application/json' },
          ' and ',
          { code: 'Access-Control-Allow-Origin: *' },
          '. Without the second file, other homeservers do not find this one. Without the third address, nobody can check who a user is, and calls fail.',
        ],
      },
      ...Object.entries(answers).flatMap(([name, answer]): readonly Passage[] => [
        { text: [{ code: `${WELL_KNOWN_PREFIX}${name}` }] },
        { copy: 'json', lines: JSON.stringify(answer, undefined, 2).split('\n') },
      ]),
      ...HOMESERVER.of(offers).flatMap(({ baseUrl, host }) => [
        {
          text: [
            { code: OPENID_USERINFO },
            ': forward it to ',
            { code: baseUrl },
            '. Programs that follow the file above go there directly; some come here.',
          ],
        },
        ...snippets({ serverName, homeserver: host, answers }),
      ]),
      {
        copy: 'bash',
        lines: [
          ...Object.keys(answers).map((name) => `curl -i https://${serverName}${WELL_KNOWN_PREFIX}${name}`),
          `curl -i 'https://${serverName}${OPENID_USERINFO}?access_token=x'  # 401 from Synapse`,
        ],
      },
    ],
  };
}

/** The same with its keys in order: what a stack file and those that it extends add to it has none of its own. */
function inOneOrder(value: object): object {
  const entries: (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(
    entries.sort(([a], [b]) => compareText(a, b)).map(([key, inner]) => [key, ordered(inner)]),
  );
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  return isRecord(value) ? inOneOrder(value) : value;
}

/** Lines for the web servers that people have. */
function snippets(site: Site): readonly Passage[] {
  return [
    {
      text: [
        'For nginx, in the ',
        { code: 'server' },
        ` block of ${site.serverName}. nginx looks up ${site.homeserver} once, when it starts, and does not start while there is no such name:`,
      ],
    },
    { copy: 'nginx', lines: nginxLines(site) },
    { text: [`For Caddy, in the block of ${site.serverName}:`] },
    { copy: 'caddyfile', lines: caddyLines(site) },
    {
      text: [
        'For a Traefik outside this stack, in a file of its file provider. Traefik serves no files itself: ',
        { code: 'WEB_SERVER' },
        ' is a web server with one of the two texts above.',
      ],
    },
    { copy: 'yaml', lines: traefikLines(site) },
    { text: ['Then check what it answers, from another computer:'] },
  ];
}
