import * as z from 'zod';
import { keysOf } from '../../src/plain/records.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { dotted, type Path } from '../../src/stack/reading/yaml-source.ts';
import type { JitsiPart } from './sizes.ts';

/** Switches of meetings. Each changes nothing unless it is written: the images and pages have defaults of their own. */
export const featureFields = {
  lobby: z
    .boolean()
    .optional()
    .describe(
      'Whether moderators can make people wait in a lobby until they are let in. They switch it on in each meeting. Default: true.',
    ),
  breakoutRooms: z
    .boolean()
    .optional()
    .describe('Whether moderators can split a meeting into smaller rooms. Default: true.'),
  e2ee: z
    .boolean()
    .optional()
    .describe(
      'Whether people can switch on end-to-end encryption in a meeting, in browsers that support it. Default: true.',
    ),
} as const;

type Feature = keyof typeof featureFields;

/** What is written of them. */
export type Features = Readonly<Partial<Record<Feature, boolean>>>;

/** The variables that switch a feature, by program. End-to-end encryption has none: it is a line of config.js. */
const VARIABLES: Readonly<Record<Feature, Readonly<Partial<Record<JitsiPart, string>>>>> = {
  lobby: { prosody: 'ENABLE_LOBBY' },
  breakoutRooms: { prosody: 'ENABLE_BREAKOUT_ROOMS', web: 'ENABLE_BREAKOUT_ROOMS' },
  e2ee: {},
};

/** What is written, without what is not. */
export function resolveFeatures(
  written: {
    readonly [Name in Feature]?: boolean | undefined;
  },
): Features {
  return Object.fromEntries(
    keysOf(VARIABLES).flatMap((name) => (written[name] === undefined ? [] : [[name, written[name]]])),
  );
}

/** Environment of one program. The images read 1 and 0 as yes and no. */
export function featureEnvironment(features: Features, part: JitsiPart): Readonly<Record<string, string>> {
  return Object.fromEntries(
    keysOf(VARIABLES).flatMap((name) => {
      const variable = VARIABLES[name][part];
      const on = features[name];
      return variable === undefined || on === undefined ? [] : [[variable, on ? '1' : '0']];
    }),
  );
}

/** Lines of config.js. */
export function featureScript({ e2ee }: Features): readonly string[] {
  return e2ee === false
    ? ['// No end-to-end encryption in meetings.', 'config.e2ee = { disabled: true };']
    : [];
}

/**
 * Variables that a setting decides and `env` writes too: one of the two would have no effect.
 *
 * @param env whether a program is given a variable
 */
export function decidedTwice(
  features: Features,
  isJwt: boolean,
  env: (part: JitsiPart, variable: string) => boolean,
): readonly CheckFinding[] {
  const decided: readonly (readonly [Path, JitsiPart, string])[] = [
    ...keysOf(features).flatMap((name) =>
      keysOf(VARIABLES[name]).map((part) => [['jitsi', name], part, VARIABLES[name][part] ?? ''] as const),
    ),
    ...(isJwt ? JWT_VARIABLES.map(([part, variable]) => [['jitsi', 'jwt'], part, variable] as const) : []),
  ];
  return decided.flatMap(([setting, part, variable]): readonly CheckFinding[] => {
    if (!env(part, variable)) return [];
    return [
      {
        code: 'MG262',
        at: ['jitsi', part, 'env', variable],
        other: setting,
        what: `jitsi.${part}.env.${variable} and ${dotted(setting)} both decide the same`,
        remedy: 'remove one of them',
      },
    ];
  });
}

/** The variables that follow from `jitsi.jwt`. */
const JWT_VARIABLES: readonly (readonly [JitsiPart, string])[] = [
  ['prosody', 'JWT_ACCEPTED_AUDIENCES'],
  ['prosody', 'JWT_ACCEPTED_ISSUERS'],
  ['prosody', 'JWT_APP_ID'],
  ['prosody', 'JWT_APP_SECRET'],
  ['prosody', 'JWT_ASAP_KEYSERVER'],
  ['prosody', 'JWT_SIGN_TYPE'],
  ['web', 'TOKEN_AUTH_URL'],
];
