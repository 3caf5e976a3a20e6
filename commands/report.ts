import type { Diagnostic } from '../model/diagnostic.ts';
import type { StackFinding, SynthResult } from './synth.ts';

/** Escape sequences for a terminal; all empty elsewhere. */
interface Style {
  readonly bold: string;
  readonly red: string;
  readonly reset: string;
}

/** Colour on a terminal only, and never where NO_COLOR is set (https://no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  const plain = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  if (stream.isTTY !== true || plain) return { bold: '', red: '', reset: '' };
  return { bold: '\u001b[1m', red: '\u001b[31m', reset: '\u001b[0m' };
}

/** `stacks/x.yaml:12:5 error MG020: what is wrong; what to write`. */
export function diagnosticLine({ position, code, what, remedy }: Diagnostic, style: Style): string {
  const { file, line, column } = position;
  return `${style.bold}${file}:${line}:${column}${style.reset} ${style.red}error ${code}${style.reset}: ${what}; ${remedy}`;
}

/** `dist/x/components/y.yaml error MR004: Deployment/ns/y spec.…: what is wrong; what to do`. */
function findingLine(finding: StackFinding, out: string, style: Style): string {
  const { stack, file, code, object, field, what, remedy } = finding;
  const place = file.startsWith('flux/') ? file : `${stack}/${file}`;
  return `${style.bold}${out}/${place}${style.reset} ${style.red}error ${code}${style.reset}: ${object}${field === undefined ? '' : ` ${field}`}: ${what}; ${remedy}`;
}

/** What a run came to, for people. */
export function humanReport(result: SynthResult, out: string, style: Style): string {
  const { diagnostics, findings, written } = result;
  const lines = [
    ...diagnostics.map((one) => diagnosticLine(one, style)),
    ...findings.map((one) => findingLine(one, out, style)),
  ];
  if (written === undefined) {
    const count = diagnostics.length + findings.length;
    lines.push(`${count} ${count === 1 ? 'error' : 'errors'}; ${out} is unchanged`);
  } else {
    const { changed, removed, unchanged } = written;
    lines.push(
      ...changed.map((path) => `wrote ${out}/${path}`),
      ...removed.map((path) => `removed ${out}/${path}`),
      `${result.stacks.join(', ')}: ${changed.length} written, ${removed.length} removed, ${unchanged} unchanged`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same for programs. */
export function jsonReport(result: SynthResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
