import { shellWord } from '../plain/shell.ts';
import type { Diagnostic, Warning } from '../stack/diagnostic.ts';
import { errorCount } from '../stack/listed.ts';
import { objectText } from '../stack/manifest.ts';
import { ownCommand } from '../stack/own-command.ts';
import { deliveryIn } from '../system/delivery/index.ts';
import { failureText } from './failure.ts';
import type { MigrateResult } from './migrate.ts';
import type { Notice } from './notice.ts';
import type { Problem } from './problem.ts';
import type { StackFinding, SynthResult } from './synth.ts';
import { json, line, lines, paragraph, type Shown, type Style } from './terminal.ts';

/** More files than a person reads about one by one. */
const MANY_FILES = 200;
/** More notes than a person reads. */
const MANY_NOTICES = 20;
/** More stacks than fit a line. */
const MANY_STACKS = 10;

/** `stacks/x.yaml:12:5 error MG020: what is wrong; what to write`. */
export function diagnosticLine({ position, code, what, remedy }: Diagnostic, style: Style): Shown {
  const { file } = position;
  const place = style.bold(`${file}:${position.line}:${position.column}`);
  return line`${place} ${style.red(`error ${code}`)}: ${what}; ${remedy}`;
}

/** `stacks/x.yaml:12:5 warning MG095: what may be wrong; what to write`. */
export function warningLine({ position, code, what, remedy }: Warning, style: Style): Shown {
  const place = style.bold(`${position.file}:${position.line}:${position.column}`);
  return line`${place} ${style.bold(`warning ${code}`)}: ${what}; ${remedy}`;
}

/** `dist/x/components/y.yaml:12:5 error MR004: Deployment/ns/y spec.…: what is wrong; what to do`. */
function findingLine(finding: StackFinding, out: string, style: Style): Shown {
  const { stack, file, line: row, column, code, object, field, what, remedy } = finding;
  const path = `${out}/${deliveryIn(file.split('/', 1)[0] ?? '') !== undefined ? file : `${stack}/${file}`}`;
  const place = style.bold(`${path}:${row}:${column}`);
  const subject = field === undefined ? objectText(object) : `${objectText(object)} ${field}`;
  return line`${place} ${style.red(`error ${code}`)}: ${subject}: ${what}; ${remedy}`;
}

/** What a run of synth came to, for people. */
export function humanReport(result: SynthResult, out: string, style: Style): Shown {
  const { diagnostics, warnings, findings, failures, written, compared, kept } = result;
  const said = [
    ...warnings.map((one) => warningLine(one, style)),
    ...diagnostics.map((one) => diagnosticLine(one, style)),
    ...findings.map((one) => findingLine(one, out, style)),
    ...failures.map((one) => paragraph(failureText(one))),
  ];
  if (written !== undefined) {
    const { changed, removed, unchanged } = written;
    said.push(
      ...fileLines('wrote', out, changed),
      ...fileLines('removed', out, removed),
      result.stacks.length === 0
        ? line`the last stack is gone: ${removed.length} removed`
        : line`${namesText(result.stacks)}: ${changed.length} written, ${removed.length} removed, ${unchanged} unchanged`,
    );
  }
  if (compared !== undefined) {
    const { differs, missing, stale, unchanged } = compared;
    said.push(
      ...fileLines('differs', out, differs),
      ...fileLines('missing', out, missing),
      ...fileLines('stale', out, stale),
      differs.length + missing.length + stale.length === 0
        ? line`${namesText(result.stacks)}: ${out} is up to date, ${unchanged} ${unchanged === 1 ? 'file' : 'files'}`
        : line`${namesText(result.stacks)}: ${out} is not up to date: ${differs.length} differ, ${missing.length} missing, ${stale.length} stale, ${unchanged} unchanged; run ${ownCommand('synth')} and commit ${out}`,
    );
  }
  // With --stdout the YAML is the answer.
  if (written !== undefined || compared !== undefined) said.push(...missingLines(result));
  said.push(...noticeLines(result.notices, style));
  const errors = errorCount(diagnostics) + findings.length + failures.length;
  if (errors > 0) {
    const rest = result.stacks.length === 0 ? `${out} is unchanged` : `unchanged: ${namesText(kept)}`;
    said.push(line`${errors} ${errors === 1 ? 'error' : 'errors'}; ${rest}`);
  }
  return lines(said);
}

/** What stops nothing; not more than a person reads. */
function noticeLines(notices: readonly Notice[], style: Style): readonly Shown[] {
  const rest = notices.length - MANY_NOTICES;
  return [
    ...notices.slice(0, MANY_NOTICES).map((one) => noticeLine(one, style)),
    ...(rest > 0 ? [line`${rest} more notes: --output json has them all`] : []),
  ];
}

/** `stacks/x.yaml:12:5 note MG078: what to know; what to do`. */
function noticeLine({ file, line: row, column, code, what, remedy }: Notice, style: Style): Shown {
  const place = row === undefined ? file : `${file}:${row}:${column ?? 1}`;
  return line`${style.bold(place)} note${code === undefined ? '' : ` ${code}`}: ${what}; ${remedy}`;
}

/** What is still to be made, a line for each stack; for very many stacks one for all. */
function missingLines({ missing, orphanedSecrets }: SynthResult): readonly Shown[] {
  const stacks = [...new Set(missing.map(({ stack }) => stack))];
  if (stacks.length > MANY_STACKS) {
    return [
      line`${stacks.length} stacks have Secrets without a value yet: run ${ownCommand('secrets status')}, then ${ownCommand('secrets create')}`,
    ];
  }
  return stacks.flatMap((stack) => {
    const own = missing.filter((one) => one.stack === stack);
    // A Secret that more than one namespace lacks is one to make.
    const missingIn = own.filter(({ sealedFor, outdated }) => sealedFor === undefined && outdated !== true);
    const made = new Set(missingIn.map(({ secret }) => secret));
    const former = new Set(own.flatMap(({ secret, outdated }) => (outdated === true ? [secret] : [])));
    const moved = own.flatMap(({ secret, sealedFor }) =>
      sealedFor === undefined ? [] : [`${secret} (for ${sealedFor})`],
    );
    return [
      ...(moved.length === 0
        ? []
        : [
            line`${stack}: not rendered, since it is sealed for a different namespace: ${moved.join(', ')}; put the namespace back, or run ${ownCommand(`secrets reseal --from-escrow --stack ${shellWord(stack)}`)}`,
          ]),
      ...(made.size === 0
        ? []
        : [line`${stack}: no value yet in ${[...made].join(', ')}: ${advice(stack, orphanedSecrets)}`]),
      ...(former.size === 0
        ? []
        : [
            line`${stack}: composed of values that have changed since: ${[...former].join(', ')}: run ${ownCommand(`secrets create --stack ${shellWord(stack)}`)}`,
          ]),
    ];
  });
}

/** Where the keys of a server may lie under an older name of its stack, new ones are not what anybody wants. */
function advice(stack: string, [orphan, ...others]: readonly string[]): string {
  if (orphan === undefined) return `run ${ownCommand(`secrets create --stack ${shellWord(stack)}`)}`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${orphan}/${more} belongs to no stack: if it holds the keys of this server, rename it to ${stack}.secrets; otherwise move it out of that folder; then run ${ownCommand('synth')} again`;
}

/** One line for each file; for very many, one for each folder. */
function fileLines(verb: string, out: string, paths: readonly string[]): readonly Shown[] {
  if (paths.length <= MANY_FILES) return paths.map((path) => line`${verb} ${out}/${path}`);
  const folders = new Map<string, number>();
  for (const path of paths) {
    const [folder = path] = path.split('/');
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return [...folders].map(
    ([folder, count]) => line`${verb} ${out}/${folder}${count === 1 ? '' : `: ${count} files`}`,
  );
}

function namesText(names: readonly string[]): string {
  return names.length <= MANY_STACKS ? names.join(', ') : `${names.length} stacks`;
}

/** What a migration came to, for people. */
export function humanMigration(result: MigrateResult, style: Style): Shown {
  const { diagnostics, migrated, unchanged } = result;
  const said = [
    ...diagnostics.map((one) => diagnosticLine(one, style)),
    ...migrated.map(
      ({ file, from, to, steps }) => line`wrote ${file}, schema ${from} to ${to}: ${steps.join('; ')}`,
    ),
  ];
  if (diagnostics.length > 0) {
    const errors = errorCount(diagnostics);
    said.push(line`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was changed`);
  } else if (migrated.length === 0) {
    said.push(
      line`nothing to migrate: ${unchanged} ${unchanged === 1 ? 'file has' : 'files have'} the newest schema`,
    );
  } else {
    said.push(
      line`${migrated.length} migrated, ${unchanged} unchanged; read the change, then run ${ownCommand('synth')}`,
    );
  }
  return lines(said);
}

/** What a command came to. */
export interface Reportable {
  readonly exitCode: number;
}

/** A result for programs. */
export function jsonReport(result: Reportable): Shown {
  return json(result);
}

/** A run that was given up, for programs. */
export function jsonProblem(exitCode: number, { what, remedy, code }: Problem): Shown {
  return json({ exitCode, problem: { what, remedy, ...(code === undefined ? {} : { code }) } });
}
