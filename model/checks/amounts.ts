import { DATABASE_MEMORY_FLOOR, DATABASE_VOLUME_FLOOR } from '../components/database.ts';
import { JITSI_MEMORY_FLOORS, JITSI_PARTS } from '../components/jitsi.ts';
import { LIVEKIT_MEMORY_FLOOR } from '../components/livekit.ts';
import { MEDIA_VOLUME_FLOOR, SYNAPSE_MEMORY_FLOOR, uploadBytes } from '../components/synapse.ts';
import { bytes, millicores } from '../quantity.ts';
import type { Resources } from '../resources.ts';
import type { Stack } from '../stack.ts';
import type { Path } from '../yaml-source.ts';
import type { Check, CheckFinding } from './check.ts';

/** A container's resources, where they are written, and the least memory it lives with. */
interface Sized {
  readonly path: Path;
  readonly resources: Resources;
  readonly floor?: string;
}

function sized(stack: Stack): readonly Sized[] {
  const { database, synapse, element, livekit, jitsi } = stack;
  return [
    { path: ['database', 'cnpg', 'resources'], resources: database.resources, floor: DATABASE_MEMORY_FLOOR },
    { path: ['synapse', 'resources'], resources: synapse.resources, floor: SYNAPSE_MEMORY_FLOOR },
    ...(element === undefined ? [] : [{ path: ['element', 'resources'], resources: element.resources }]),
    ...(livekit === undefined
      ? []
      : [{ path: ['livekit', 'resources'], resources: livekit.resources, floor: LIVEKIT_MEMORY_FLOOR }]),
    ...(jitsi === undefined
      ? []
      : JITSI_PARTS.map((part) => ({
          path: ['jitsi', part, 'resources'],
          resources: jitsi.resources[part],
          floor: JITSI_MEMORY_FLOORS[part],
        }))),
  ];
}

/** Amounts that a program cannot live with, or that Kubernetes refuses. */
export const checkAmounts: Check = (_written, stack) => {
  const findings: CheckFinding[] = [];
  const below = (path: Path, amount: string, floor: string, because: string): void => {
    if (bytes(amount) >= bytes(floor)) return;
    findings.push({
      code: 'MG026',
      at: path,
      what: `${path.join('.')} is ${amount}, below the floor of ${floor}`,
      remedy: `write at least ${floor}: ${because}`,
    });
  };
  for (const { path, resources, floor } of sized(stack)) {
    const { requests, limits } = resources;
    const limit = [...path, 'limits', 'memory'];
    if (floor !== undefined) below(limit, limits.memory, floor, 'with less the program is killed in use');
    if (bytes(requests.memory) > bytes(limits.memory)) {
      findings.push({
        code: 'MG036',
        at: limit,
        other: [...path, 'requests', 'memory'],
        what: `${path.join('.')} requests ${requests.memory} but is limited to ${limits.memory}`,
        remedy: 'raise limits.memory or lower requests.memory',
      });
    }
    if (limits.cpu !== undefined && millicores(requests.cpu) > millicores(limits.cpu)) {
      findings.push({
        code: 'MG036',
        at: [...path, 'limits', 'cpu'],
        other: [...path, 'requests', 'cpu'],
        what: `${path.join('.')} requests ${requests.cpu} CPU but is limited to ${limits.cpu}`,
        remedy: 'raise limits.cpu or lower requests.cpu',
      });
    }
  }
  below(
    ['database', 'cnpg', 'size'],
    stack.database.volume,
    DATABASE_VOLUME_FLOOR,
    'PostgreSQL keeps half a gigabyte of log alone, and a federated server grows by gigabytes a month',
  );
  below(
    ['synapse', 'media', 'pvc', 'size'],
    stack.synapse.media.size,
    MEDIA_VOLUME_FLOOR,
    'uploads go there',
  );
  if (uploadBytes(stack.synapse.uploadLimit) > bytes(stack.synapse.media.size)) {
    findings.push({
      code: 'MG026',
      at: ['synapse', 'uploadLimit'],
      other: ['synapse', 'media', 'pvc', 'size'],
      what: `an upload of ${stack.synapse.uploadLimit} does not fit the media volume of ${stack.synapse.media.size}`,
      remedy: 'lower uploadLimit or raise the volume',
    });
  }
  return findings;
};
