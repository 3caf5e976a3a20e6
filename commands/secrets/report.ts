import { shownFingerprint } from '../../secrets/acceptance/fingerprint.ts';
import type { KeyState, KeyStatus } from '../../secrets/verbs/status.ts';
import { diagnosticLine, type Style } from '../report.ts';
import { recipientLines } from './recipient-status.ts';
import type { ChangedKey, SecretsResult, StackSecrets } from './result.ts';

const STATES: Readonly<Record<KeyState, string>> = {
  present: 'present',
  missing: 'MISSING',
  'other-namespace': 'SEALED FOR ANOTHER NAMESPACE',
  'other-certificate': 'sealed for another certificate: reseal',
  'other-recipients': 'encrypted for other recipients: reseal',
  old: 'due for rotation',
  'no-escrow': 'no copy in escrow',
  'not-needed': 'not needed any more',
  elsewhere: 'kept elsewhere',
};

/** What a run came to, for people. Holds no value. */
export function humanSecrets(result: SecretsResult, style: Style): string {
  const lines = [
    ...result.diagnostics.map((one) => diagnosticLine(one, style)),
    ...result.stacks.flatMap((stack) => stackLines(stack, style)),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function stackLines(stack: StackSecrets, style: Style): readonly string[] {
  const { problem, status, changed, missing, written, removed, notices } = stack;
  const name = `${style.bold}${stack.stack}${style.reset}`;
  if (problem !== undefined) {
    const code = problem.code === undefined ? '' : ` ${problem.code}`;
    return [`${name}: ${style.red}error${code}${style.reset}: ${problem.what}; ${problem.remedy}`];
  }
  if (status.length > 0) {
    return [
      `${name}: ${stack.provider}`,
      ...statusTable(status),
      ...recipientLines(stack.recipients ?? [], stack.stack),
    ];
  }
  const lines = [
    ...changed.map((one) => `${name}: ${changeText(one)}`),
    ...encryptedLines(stack).map((line) => `${name}: ${line}`),
    ...written.map((path) => `wrote ${path}`),
    ...removed.map((path) => `removed ${path}`),
    ...restartLines(changed),
    ...missing.map(
      (key) => `${name}: ${key} is still missing: only you know it; add --from-file ${key}=FILE`,
    ),
    ...notices.map((notice) => `note: ${notice}`),
    ...(stack.commands ?? []),
  ];
  if (changed.length > 0)
    lines.push(`${name}: ${changed.length} changed; run synth, read the change, and commit`);
  else if (missing.length === 0 && stack.commands === undefined) lines.push(`${name}: nothing to do`);
  return lines;
}

function changeText({ secret, key, how }: ChangedKey): string {
  const words: Readonly<Record<ChangedKey['how'], string>> = {
    made: 'a new value was made',
    given: 'the value you gave',
    restored: 'restored from escrow, the same value',
    'sealed anew': 'sealed anew, the same value',
  };
  return `${secret}/${key}: ${words[how]}`;
}

/** For whom, so that a person can see it and a log keeps it. */
function encryptedLines({ encryptedFor, provider }: StackSecrets): readonly string[] {
  if (encryptedFor === undefined) return [];
  const { certificate, recipients } = encryptedFor;
  const copies = provider === 'sops' ? 'encrypted' : 'copies in escrow encrypted';
  return [
    ...(certificate === undefined ? [] : [`sealed for the certificate ${shownFingerprint(certificate)}`]),
    ...(recipients.length === 0 ? [] : [`${copies} for ${recipients.join(', ')}`]),
  ];
}

function ageText(days: number | undefined): string {
  if (days === undefined) return '';
  if (days <= 0) return 'made today';
  return `${days} ${days === 1 ? 'day' : 'days'} old`;
}

/** What follows from replaced values, in the order in which it happens. */
function restartLines(changed: readonly ChangedKey[]): readonly string[] {
  return changed.flatMap(({ secret, key, restarts, notice, before }) =>
    notice === undefined
      ? []
      : [
          `${secret}/${key}:`,
          ...(before === undefined ? [] : [`  by hand: ${before}`]),
          `  restarts, in this order: ${restarts.join(', ')}`,
          `  who notices: ${notice}`,
        ],
  );
}

function statusTable(rows: readonly KeyStatus[]): readonly string[] {
  const cells = rows.map(({ secret, key, states, days }) => [
    `${secret}/${key}`,
    states.map((state) => STATES[state]).join(', '),
    ageText(days),
  ]);
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
