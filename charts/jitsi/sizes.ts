import { mebibytes } from '../../src/plain/quantity.ts';
import {
  type BySize,
  type Resources,
  resourcesText,
  type SizeRow,
  sizeRow,
} from '../../src/system/resources.ts';

/** Jitsi's four programs, in the order in which they depend on each other. */
export const JITSI_PARTS = ['prosody', 'jicofo', 'jvb', 'web'] as const;
/** One of Jitsi's four programs. */
export type JitsiPart = (typeof JITSI_PARTS)[number];

/** Smallest memory limits with which each program starts and survives a meeting. */
export const JITSI_MEMORY_FLOORS: Readonly<Record<JitsiPart, string>> = {
  prosody: '128Mi',
  jicofo: '256Mi',
  jvb: '512Mi',
  web: '64Mi',
};

/** The deployment guide's table, without its CPU limit on the bridge: throttling is heard as jitter. */
const SMALL: Readonly<Record<JitsiPart, Resources>> = {
  prosody: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  jicofo: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  jvb: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } },
  web: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
};
/** Resources of each program at each size. */
export const JITSI_SIZES: BySize<Readonly<Record<JitsiPart, Resources>>> = {
  small: SMALL,
  medium: {
    ...SMALL,
    prosody: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    jicofo: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    jvb: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '4Gi' } },
  },
  large: {
    ...SMALL,
    prosody: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } },
    jicofo: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
    jvb: { requests: { cpu: '4', memory: '2Gi' }, limits: { memory: '8Gi' } },
  },
};

const PART_REASONS: Readonly<Record<JitsiPart, string>> = {
  prosody: "one core at most; the deployment guide's numbers, doubled with each size",
  jicofo: "the deployment guide's numbers, doubled with each size",
  jvb: 'four cores carry about a thousand streams (jitsi.org, videobridge performance); no CPU limit, since throttling is audible',
  web: 'static files and signalling; the same at every size',
};

/**
 * Share of the memory limit that a Java heap may take: buffers, threads and SCTP live outside it.
 * Without a setting both programs take 3072m, whatever the limit.
 */
const HEAP_SHARE = 0.6;

/** Java heap for a memory limit, as the JVM writes it (`614m`). */
export function javaHeap(memoryLimit: string): string {
  return `${Math.floor(mebibytes(memoryLimit) * HEAP_SHARE)}m`;
}

/** What `size` decides for each of Jitsi's programs. */
export const JITSI_SIZE_ROWS: readonly SizeRow[] = [
  ...JITSI_PARTS.map((part) =>
    sizeRow(
      `${part}: requests and limits`,
      JITSI_SIZES,
      (sizes) => resourcesText(sizes[part]),
      PART_REASONS[part],
    ),
  ),
  ...(['jicofo', 'jvb'] as const).map((part) =>
    sizeRow(
      `${part}: Java heap`,
      JITSI_SIZES,
      (sizes) => javaHeap(sizes[part].limits.memory),
      'six tenths of the limit: buffers, threads and SCTP live outside the heap',
    ),
  ),
];
