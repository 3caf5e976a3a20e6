import type { Check } from './check.ts';
import type { CheckFinding } from './finding.ts';

/** Element must not offer calls that nothing carries. */
export const checkElementCalls: Check = (_written, stack) => {
  const calls = stack.element?.calls;
  const findings: CheckFinding[] = [];
  for (const component of ['livekit', 'jitsi'] as const) {
    if ((calls === component || calls === 'both') && stack[component] === undefined) {
      findings.push({
        code: 'MG027',
        at: ['element', 'calls'],
        what: `element.calls is ${calls}, but this stack has no ${component}`,
        remedy: `add or enable ${component}, or leave element.calls out: it then follows the components`,
      });
    }
  }
  return findings;
};
