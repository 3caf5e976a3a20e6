import { shellWord } from '../../plain/shell.ts';
import { visible } from '../../plain/visible.ts';
import { shownFingerprint } from '../../secrets/acceptance/fingerprint.ts';
import type { KeyState, KeyStatus } from '../../secrets/verbs/status.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { diagnosticLine } from '../report.ts';
import { line, lines, type Shown, type Style } from '../terminal.ts';
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
  differs: 'DIFFERENT VALUES IN DIFFERENT NAMESPACES: rotate',
  outdated: 'COMPOSED OF FORMER VALUES: create',
  'not-needed': 'not needed any more',
  elsewhere: 'not in this repository',
};

/** What a run came to, for people. Holds no value. */
export function humanSecrets(result: SecretsResult, style: Style): Shown {
  return lines([
    ...result.diagnostics.map((one) => diagnosticLine(one, style)),
    ...result.stacks.flatMap((stack) => stackLines(stack, style)),
  ]);
}

function stackLines(stack: StackSecrets, style: Style): readonly Shown[] {
  const { problem, status, changed, missing, written, removed, notices } = stack;
  const name = style.bold(stack.stack);
  if (problem !== undefined) {
    const code = problem.code === undefined ? '' : ` ${problem.code}`;
    return [line`${name}: ${style.red(`error${code}`)}: ${problem.what}; ${problem.remedy}`];
  }
  if (status.length > 0) {
    return [
      line`${name}: ${stack.provider}`,
      ...statusTable(status),
      ...statusRemedies(stack),
      ...recipientLines(stack.recipients ?? [], stack.stack),
    ];
  }
  const said = [
    ...changed.map((one) => line`${name}: ${changeText(one)}`),
    ...encryptedLines(stack).map((one) => line`${name}: ${one}`),
    ...written.map((path) => line`wrote ${path}`),
    ...removed.map((path) => line`removed ${path}`),
    ...restartLines(changed),
    ...missing.map(
      (key) => line`${name}: ${key} is still missing: only you know it; add --from-file ${key}=FILE`,
    ),
    ...notices.map((notice) => line`note: ${notice}`),
    ...(stack.commands ?? []).map((command) => line`${command}`),
  ];
  if (changed.length > 0)
    said.push(
      line`${name}: ${changed.length} changed; run ${ownCommand('synth')}, read the change, and commit`,
    );
  else if (missing.length === 0 && stack.commands === undefined) said.push(line`${name}: nothing to do`);
  return said;
}

function changeText({ secret, key, how }: ChangedKey): string {
  const words: Readonly<Record<ChangedKey['how'], string>> = {
    made: 'a new value was made',
    given: 'the value you gave',
    restored: 'the same value as before, restored',
    composed: 'composed of the values it consists of',
    resealed: 'resealed, the same value',
  };
  return `${secret}/${key}: ${words[how]}`;
}

/** For whom, so that a person can see it and a log keeps it. */
function encryptedLines({ encryptedFor }: StackSecrets): readonly string[] {
  if (encryptedFor === undefined) return [];
  const { certificate, recipients } = encryptedFor;
  // Where a certificate is what files are encrypted for, recipients get copies.
  const copies = certificate === undefined ? 'encrypted' : 'copies in escrow encrypted';
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
function restartLines(changed: readonly ChangedKey[]): readonly Shown[] {
  return changed.flatMap(({ secret, key, restarts, takenUpBy = [], notice, before }) =>
    notice === undefined
      ? []
      : [
          line`${secret}/${key}:`,
          ...(before === undefined ? [] : [line`  by hand: ${before}`]),
          ...(takenUpBy.length === 0 ? [] : [line`  takes it up without a restart: ${takenUpBy.join(', ')}`]),
          ...restartLine(restarts, takenUpBy),
          line`  who notices: ${notice}`,
        ],
  );
}

function restartLine(restarts: readonly string[], takenUpBy: readonly string[]): readonly Shown[] {
  if (restarts.length > 0) return [line`  restarts, in this order: ${restarts.join(', ')}`];
  return takenUpBy.length > 0 ? [] : [line`  restarts: the pods that read it`];
}

/** What to run about the states that have a remedy. */
function statusRemedies({ stack, status }: StackSecrets): readonly Shown[] {
  const has = (...wanted: readonly KeyState[]): boolean =>
    status.some(({ states }) => states.some((state) => wanted.includes(state)));
  const remedy = (words: string): Shown => line`  ${ownCommand(`${words} --stack ${shellWord(stack)}`)}`;
  return [
    ...(has('missing') ? [line`  to make what is missing:`, remedy('secrets create')] : []),
    ...(has('other-certificate', 'other-recipients')
      ? [line`  to encrypt the same values again:`, remedy('secrets reseal')]
      : []),
  ];
}

function statusTable(rows: readonly KeyStatus[]): readonly Shown[] {
  const places = new Map<string, Set<string>>();
  for (const { secret, namespace } of rows) {
    places.set(secret, (places.get(secret) ?? new Set()).add(namespace));
  }
  const place = ({ secret, namespace }: KeyStatus): string =>
    (places.get(secret)?.size ?? 0) > 1 ? ` in ${namespace}` : '';
  const cells = rows.map((row) => [
    visible(`${row.secret}/${row.key}${place(row)}`),
    row.states.map((state) => STATES[state]).join(', '),
    ageText(row.days),
  ]);
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => {
    const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    return line`  ${text.trimEnd()}`;
  });
}
