import { bytes, mebibytes } from '../../src/plain/quantity.ts';
import {
  type BySize,
  type Resources,
  resourcesText,
  type SizeRow,
  sizeRow,
} from '../../src/system/resources.ts';

/** Synapse's cache settings; sizes in its own grammar (binary M). */
export interface SynapseCaches {
  readonly globalFactor: number;
  /** Above this it evicts until `target`. */
  readonly max: string;
  readonly target: string;
}

/** Element and Matrix clients page uploads of a few MB; below this Synapse is killed while joining a large room. */
export const SYNAPSE_MEMORY_FLOOR = '1Gi';
/** Smallest volume for uploads that a filesystem and a handful of pictures fit into. */
export const MEDIA_VOLUME_FLOOR = '1Gi';

/** The amounts of each size. */
export const SYNAPSE_SIZES: BySize<{
  media: string;
  globalFactor: number;
  pool: number;
  resources: Resources;
}> = {
  small: {
    media: '20Gi',
    pool: 10,
    globalFactor: 0.5,
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '3Gi' } },
  },
  medium: {
    media: '50Gi',
    pool: 15,
    globalFactor: 1,
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '6Gi' } },
  },
  large: {
    media: '200Gi',
    pool: 20,
    globalFactor: 2,
    resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '12Gi' } },
  },
};

/** Caches may take half of the memory limit: the other half is Synapse itself and a large room's state. */
export function synapseCaches(globalFactor: number, memoryLimit: string): SynapseCaches {
  const limit = mebibytes(memoryLimit);
  return { globalFactor, max: `${Math.floor(limit / 2)}M`, target: `${Math.floor((limit * 3) / 8)}M` };
}

/** Bytes of an `uploadLimit`. */
export function uploadBytes(limit: string): number {
  return bytes(`${limit}i`);
}

/** What `size` decides for it. */
export const SYNAPSE_SIZE_ROWS: readonly SizeRow[] = [
  sizeRow(
    'requests and limits',
    SYNAPSE_SIZES,
    ({ resources }) => resourcesText(resources),
    "2Gi ended in out-of-memory kills on a small federated server; Synapse's process uses one core at most, and a CPU limit would stall everybody",
  ),
  sizeRow(
    'cache factor',
    SYNAPSE_SIZES,
    ({ globalFactor }) => String(globalFactor),
    "Synapse's default is 0.5; a factor of 1 takes 3 to 4 GB (Synapse admin FAQ)",
  ),
  sizeRow(
    'maximum memory for caches',
    SYNAPSE_SIZES,
    ({ globalFactor, resources }) => synapseCaches(globalFactor, resources.limits.memory).max,
    'half of the memory limit; the other half is the program and the state of large rooms',
  ),
  sizeRow(
    'database connections',
    SYNAPSE_SIZES,
    ({ pool }) => String(pool),
    "Synapse's documentation uses 10; one process fills 20 at most",
  ),
  sizeRow(
    'volume for uploads',
    SYNAPSE_SIZES,
    ({ media }) => media,
    'files from other servers are kept too; volumes can only grow',
  ),
];
