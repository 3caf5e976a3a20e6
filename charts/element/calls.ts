import type { CheckFinding } from '../../src/stack/finding.ts';

/** What Element's call button starts; `none` hides it. */
export type ElementCalls = 'livekit' | 'jitsi' | 'both' | 'none';

/** The choice of the stack file. */
interface WrittenCalls {
  /** @default - what carries calls in the stack */
  readonly calls?: 'livekit' | 'jitsi' | 'both';
}

/** What carries calls in the stack. */
type Carriers = readonly { readonly by: string }[];

/** What Element's call button starts: what the stack file says, or else whatever carries calls. */
export function elementCalls({ calls }: WrittenCalls, carriers: Carriers): ElementCalls {
  const has = (by: string): boolean => carriers.some((one) => one.by === by);
  return calls ?? availableCalls(has('livekit'), has('jitsi'));
}

function availableCalls(livekit: boolean, jitsi: boolean): ElementCalls {
  if (livekit && jitsi) return 'both';
  if (livekit) return 'livekit';
  return jitsi ? 'jitsi' : 'none';
}

/** What to write for what carries calls. */
const ADD = {
  livekit: 'add livekit: {} at the top of the file (or remove enabled: false from it)',
  jitsi: 'add jitsi: {access: password} at the top of the file (or remove enabled: false from it)',
} as const;

/** A choice of what the stack does not have. */
export function absentCarriers({ calls }: WrittenCalls, carriers: Carriers): readonly CheckFinding[] {
  const wanted = calls === 'both' ? (['livekit', 'jitsi'] as const) : calls === undefined ? [] : [calls];
  return wanted
    .filter((one) => !carriers.some(({ by }) => by === one))
    .map((one) => ({
      code: 'MG027',
      at: ['element', 'calls'],
      what: `element.calls is ${calls}, but this stack has no ${one}`,
      remedy: `${ADD[one]}, or remove element.calls, which then follows what the stack has`,
    }));
}
