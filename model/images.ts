import * as z from 'zod';

/** The images a stack can need, by the name they have in versions.yaml. */
export const IMAGE_NAMES = [
  'synapse',
  'postgresql',
  'element',
  'well-known',
  'livekit',
  'lk-jwt-service',
  'jitsi-prosody',
  'jitsi-jicofo',
  'jitsi-jvb',
  'jitsi-web',
] as const;
/** One of {@link IMAGE_NAMES}. */
export type ImageName = (typeof IMAGE_NAMES)[number];

const image = z.strictObject({
  repository: z
    .string()
    .regex(
      /^[a-z0-9.-]+(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/,
      'write the full repository with its registry, such as docker.io/matrixdotorg/synapse',
    )
    .describe('Registry and repository.'),
  tag: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'write a fixed tag such as v1.163.2')
    .describe('A fixed tag; never latest.'),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'write sha256: and 64 hexadecimal digits')
    .optional()
    .describe('Pins the exact image behind the tag.'),
});

/** versions.yaml: which image each program runs from. */
export const versionsSchema = z.strictObject({
  synapse: image,
  postgresql: image,
  element: image,
  'well-known': image,
  livekit: image,
  'lk-jwt-service': image,
  'jitsi-prosody': image,
  'jitsi-jicofo': image,
  'jitsi-jvb': image,
  'jitsi-web': image,
} satisfies Record<ImageName, z.ZodType>);

/** A checked versions.yaml. */
export type Versions = z.infer<typeof versionsSchema>;

/** Full image references as Kubernetes takes them. */
export type Images = Readonly<Record<ImageName, string>>;

/** In the place of images while stack files are checked beside a versions.yaml that is wrong; never rendered. */
export const NO_IMAGES: Images = Object.freeze({
  synapse: '',
  postgresql: '',
  element: '',
  'well-known': '',
  livekit: '',
  'lk-jwt-service': '',
  'jitsi-prosody': '',
  'jitsi-jicofo': '',
  'jitsi-jvb': '',
  'jitsi-web': '',
});

/** `repository:tag`, with the digest behind it where one is given. */
export function imageReferences(versions: Versions): Images {
  const reference = (name: ImageName): string => {
    const { repository, tag, digest } = versions[name];
    return `${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`;
  };
  return {
    synapse: reference('synapse'),
    postgresql: reference('postgresql'),
    element: reference('element'),
    'well-known': reference('well-known'),
    livekit: reference('livekit'),
    'lk-jwt-service': reference('lk-jwt-service'),
    'jitsi-prosody': reference('jitsi-prosody'),
    'jitsi-jicofo': reference('jitsi-jicofo'),
    'jitsi-jvb': reference('jitsi-jvb'),
    'jitsi-web': reference('jitsi-web'),
  };
}

/** What this release of the tool knows how to configure: the shape of a tag, and the oldest it fits. */
interface KnownReleases {
  /** Groups are the numbers to compare, most significant first. */
  readonly tag: RegExp;
  readonly atLeast: readonly number[];
  readonly example: string;
  /** Why older ones do not fit. */
  readonly because: string;
}

const JITSI: KnownReleases = {
  tag: /^stable-([0-9]+)(?:-([0-9]+))?$/,
  atLeast: [11146, 0],
  example: 'stable-11146-2',
  because: 'older images run as root, on other ports and with other volumes',
};

/** Tags this release was written for. Sources: the upgrade notes of each project. */
export const KNOWN_RELEASES: Readonly<Record<ImageName, KnownReleases>> = {
  synapse: {
    tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
    atLeast: [1, 157, 2],
    example: 'v1.163.2',
    because: 'older releases have known security holes and lack options that are rendered',
  },
  postgresql: {
    tag: /^([0-9]+)\.([0-9]+)(?:-[0-9]+)?-(?:minimal|standard)-(?:trixie|bookworm)$/,
    atLeast: [14, 0],
    example: '16.15-standard-trixie',
    because: 'Synapse needs PostgreSQL 14, and tags without type and system are withdrawn',
  },
  element: {
    tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
    atLeast: [1, 12, 24],
    example: 'v1.12.28',
    because: 'older releases need other settings for calls',
  },
  'well-known': {
    tag: /^([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:-[a-z0-9.-]+)?$/,
    atLeast: [1, 26, 0],
    example: '1.30.4-alpine',
    because: 'nothing older was tried',
  },
  livekit: {
    tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
    atLeast: [1, 13, 0],
    example: 'v1.13.7',
    because: 'older releases refuse settings that are rendered',
  },
  'lk-jwt-service': {
    tag: /^([0-9]+)\.([0-9]+)\.([0-9]+)$/,
    atLeast: [0, 6, 0],
    example: '0.6.0',
    because: 'older releases do not take the webhook that ends calls properly',
  },
  'jitsi-prosody': JITSI,
  'jitsi-jicofo': JITSI,
  'jitsi-jvb': JITSI,
  'jitsi-web': JITSI,
};

/** Why a tag does not fit this release of the tool, and what does; undefined when it fits. */
export function unfitTag(
  name: ImageName,
  tag: string,
): { readonly what: string; readonly remedy: string } | undefined {
  const known = KNOWN_RELEASES[name];
  const match = known.tag.exec(tag);
  const remedy = `write a tag such as ${known.example}`;
  if (match === null) return { what: `"${tag}" is not how ${name} releases are tagged`, remedy };
  const numbers = match.slice(1).map((group) => Number(group ?? 0));
  for (const [index, least] of known.atLeast.entries()) {
    const number = numbers[index] ?? 0;
    if (number > least) return undefined;
    if (number < least) {
      return {
        what: `"${tag}" is older than this tool configures (${known.because})`,
        remedy: `${remedy} or newer`,
      };
    }
  }
  return undefined;
}
