import { resolve } from 'node:path';
import type { Stack } from '../../charts/stack/stack.ts';
import { interruptedWrite } from '../disk/recover.ts';
import { type Comparison, compareTree } from '../disk/tree.ts';
import type { Written } from '../disk/write.ts';
import { type Bounds, boundsOf, isBelow, safeFolder } from '../files/bounds.ts';
import { placedFindings } from '../render/findings.ts';
import { headerPath } from '../render/header.ts';
import { type Rendered, render } from '../render/render.ts';
import { type TextPlace, type YamlLines, yamlLines } from '../render/yaml-lines.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic, Warning } from '../stack/diagnostic.ts';
import { listed } from '../stack/listed.ts';
import { missingKeys, outdatedKeys } from '../system/composed.ts';
import { overrideDiagnostics } from '../system/override-diagnostics.ts';
import { isMadeByOthers } from '../system/secret-files.ts';
import { keepsCiphertext } from '../system/secret-settings.ts';
import { faultDiagnostics } from '../system/stack-fault.ts';
import { type Compare, type Continuity, continuity } from './continuity.ts';
import { prepareEngine } from './engine.ts';
import { EnvironmentProblem, problemWriting } from './environment-problem.ts';
import { type Failure, failureOf } from './failure.ts';
import { lostItsFolder, noStackFile, removeLastStacks } from './last-stack.ts';
import { goneNotices, type Notice, noticeAt, ownFileNotices, schemaNotices } from './notice.ts';
import { slashes } from './paths.ts';
import { refuseNewerTree, TOOL_VERSION, VERSION_FILE, versionText } from './tool-version.ts';
import { untouchedFiles } from './untouched.ts';
import { UsageProblem } from './usage-problem.ts';
import { choose, readWorkspace, type StackEntry, type Workspace } from './workspace.ts';
import { finishInterruptedWrite, writeOutput } from './write-output.ts';

/** Where synth reads and writes, and what it does with what it rendered. */
export interface SynthOptions {
  readonly stacks: string;
  /** The image versions. Default: versions.yaml, or that of this package where there is none. */
  readonly versions?: string;
  readonly out: string;
  /** Names of the stacks to look at; all when there are none. The others are neither touched nor judged. */
  readonly only?: readonly string[];
  /** `write` brings the output folder up to date, `check` only compares it, `print` hands the YAML on. Default: write. */
  readonly mode?: 'write' | 'check' | 'print';
  /** Exit code 1 when a stack is not ready to go live: Secrets without a value, an address out of an example. @default false */
  readonly strict?: boolean;
  /** Remove what is left of the last stack when its file is gone. @default false */
  readonly prune?: boolean;
  /** Asks the person at the terminal about that. @default - nobody is there */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Takes the YAML of one stack after the other, with mode `print`. */
  readonly print?: (text: string) => Promise<void>;
  /** Told after each stack. */
  readonly progress?: (done: number, total: number, name: string) => void;
}

/** A finding of the rules, the stack it is in, and its place in the file that would be written. */
export interface StackFinding extends Finding {
  readonly stack: string;
  readonly line: number;
  readonly column: number;
}

/** A Secret of which some keys have no value yet, or one that is composed of former values. */
export interface MissingSecret {
  readonly stack: string;
  readonly secret: string;
  /** The namespace that lacks them. */
  readonly namespace: string;
  readonly keys: readonly string[];
  /** True where the keys have values, but of what has changed since. @default false */
  readonly outdated?: true;
  /** The namespace in which alone the values open that are there under its name. */
  readonly sealedFor?: string;
}

/** What a run came to. */
export interface SynthResult {
  /** 0 fine, 1 findings in what was rendered or an output folder that is not up to date, 2 wrong input, 3 a failure. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly diagnostics: readonly Diagnostic[];
  /** What may be meant, and most likely is not. */
  readonly warnings: readonly Warning[];
  /** What a person should know, and that stops nothing. */
  readonly notices: readonly Notice[];
  readonly findings: readonly StackFinding[];
  /** Stacks on which this program itself failed; the others were rendered. */
  readonly failures: readonly Failure[];
  /** The stacks that were rendered. */
  readonly stacks: readonly string[];
  /** The stacks that something is wrong with; what is there of them stays as it was. */
  readonly kept: readonly string[];
  /** Keys of Secrets that have no value yet. */
  readonly missing: readonly MissingSecret[];
  /** Where values are missing: folders of ciphertext that belong to no stack, such as one of an older name. */
  readonly orphanedSecrets: readonly string[];
  /** What was written; undefined when nothing could be, or should. */
  readonly written: Written | undefined;
  /** How the output folder differs, with mode `check`. */
  readonly compared: Comparison | undefined;
}

/**
 * Renders the stacks of a repository one after the other, and writes those that nothing is wrong with.
 *
 * @param renderer renders one stack; what it throws is a failure of that stack alone
 * @throws EnvironmentProblem when a file cannot be read or written
 * @throws UsageProblem when a stack is named that is not there
 */
export async function synth(options: SynthOptions, renderer = render): Promise<SynthResult> {
  const { out, mode = 'write' } = options;
  const bounds = boundsOf(options.stacks);
  if (mode !== 'print') {
    refuseStacks(options.stacks, out, await reading(out, async () => safeFolder(bounds, out)));
    await refuseNewerTree(out);
  }
  if (mode === 'check') await refuseInterrupted(out);
  // What stays as it is must be whole before it is looked at.
  if (mode === 'write') await finishInterruptedWrite(bounds, out);
  const hasNoFolder = mode !== 'print' && (await reading(out, () => lostItsFolder(out, options.stacks)));
  const workspace = hasNoFolder ? NO_WORKSPACE : await readWorkspace(options.stacks, options.versions);
  const chosen = choose(workspace.entries, options.only ?? []);
  if (chosen.length === 0) return await withoutStacks(bounds, options);
  prepareEngine(chosen.length);
  // Of the others nothing is judged.
  const isWhole = (options.only ?? []).length === 0;
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [...workspace.versions];
  const warnings: Warning[] = [...workspace.warnings];
  const findings: StackFinding[] = [];
  const stacks: string[] = [];
  const failures: Failure[] = [];
  const failing: StackEntry[] = [];
  const notices: Notice[] = [];
  const olderNames = new Set<string>();
  const moved = new Set(workspace.entries.map(({ name }) => name));
  const compare = continuity(bounds, out, workspace.entries, workspace.placeOfImage);
  const missing: MissingSecret[] = [];
  for (const [index, entry] of chosen.entries()) {
    const outcome = await compareEntry(
      entry,
      renderEntry(entry, workspace.versions.length === 0, renderer),
      compare,
    );
    diagnostics.push(...outcome.diagnostics);
    warnings.push(...entry.warnings);
    findings.push(...outcome.findings);
    notices.push(...outcome.notices.map(noticeAt));
    if (outcome.failure !== undefined) failures.push(outcome.failure);
    if (outcome.rendered === undefined) {
      failing.push(entry);
      for (const name of outcome.olderNames) olderNames.add(name);
    } else {
      for (const name of outcome.olderNames) moved.add(name);
      const { files } = outcome.rendered;
      if (mode === 'print') await printYaml(files, stacks.length === 0, options.print);
      else for (const [path, text] of files) texts.set(path, compact(text));
      stacks.push(entry.name);
      missing.push(...missingSecrets(entry));
    }
    options.progress?.(index + 1, chosen.length, entry.name);
  }
  const result = {
    diagnostics: listed(unique(diagnostics)),
    warnings,
    findings,
    failures,
    stacks,
    kept: failing.map(({ name }) => name),
    missing,
    orphanedSecrets: missing.length === 0 ? [] : workspace.orphanedSecrets,
    notices:
      !isWhole || mode === 'print'
        ? notices
        : [
            ...notices,
            ...workspace.notices,
            ...(mode === 'write' ? schemaNotices(workspace.entries, options.stacks) : []),
          ],
    written: undefined,
    compared: undefined,
  } as const;
  const lacking = options.strict === true && (missing.length > 0 || warnings.some(({ strict }) => strict));
  const wrong = diagnostics.length > 0 ? 2 : findings.length > 0 || lacking ? 1 : 0;
  const exitCode = failures.length > 0 ? 3 : wrong;
  if (mode === 'print' || stacks.length === 0) return { exitCode, ...result };
  const untouched = await reading(out, () => untouchedIn(out, options.only, chosen, failing, olderNames));
  texts.set(VERSION_FILE, versionText(TOOL_VERSION));
  if (mode === 'write') {
    const written = await writeOutput(bounds, out, texts, { untouched });
    const told = [
      ...result.notices,
      ...ownFileNotices(written, out, stacks, 'was replaced'),
      ...goneNotices(written.removed, out, moved),
    ];
    return { exitCode, ...result, notices: told, written };
  }
  const compared = await reading(out, () => compareTree(out, texts, untouched));
  const differs = compared.differs.length + compared.missing.length + compared.stale.length > 0;
  const told = [...result.notices, ...ownFileNotices(compared, out, stacks, 'would be replaced')];
  return { exitCode: exitCode === 0 && differs ? 1 : exitCode, ...result, notices: told, compared };
}

/** A repository whose folder of stacks has gone with the last of them. */
const NO_WORKSPACE: Workspace = {
  entries: [],
  versions: [],
  placeOfImage: () => undefined,
  warnings: [],
  orphanedSecrets: [],
  notices: [],
};

/** The result of a run without any stack file. */
async function withoutStacks(
  bounds: Bounds,
  { out, stacks, mode = 'write', prune = false, confirm }: SynthOptions,
): Promise<SynthResult> {
  // What is printed has nothing to do with the output folder.
  if (mode === 'print') throw noStackFile(stacks);
  const removal = mode === 'write' ? { prune, confirm } : undefined;
  const written = await removeLastStacks(bounds, out, stacks, removal);
  const nothing = {
    diagnostics: [],
    warnings: [],
    findings: [],
    failures: [],
    stacks: [],
    kept: [],
    missing: [],
    orphanedSecrets: [],
    notices: [],
  };
  return { exitCode: 0, ...nothing, written, compared: undefined };
}

/** What came of one stack; rendered only when nothing is wrong with it. */
interface RenderedEntry {
  readonly rendered: Rendered | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly findings: readonly StackFinding[];
  readonly failure: Failure | undefined;
}

function renderEntry(entry: StackEntry, imagesAreKnown: boolean, renderer: typeof render): RenderedEntry {
  const { file, name, stack, diagnostics, failure } = entry;
  if (stack === undefined || !imagesAreKnown) {
    return { rendered: undefined, diagnostics, findings: [], failure };
  }
  try {
    return judged(entry, stack, renderer(stack));
  } catch (error) {
    // One stack that this program cannot render must not keep the others from being rendered.
    const own = failureOf(file, name, error);
    return { rendered: undefined, diagnostics: [], findings: [], failure: own };
  }
}

/** The same, unless data would be lost by what it replaces. */
async function compareEntry(
  entry: StackEntry,
  outcome: RenderedEntry,
  compare: Compare,
): Promise<RenderedEntry & Pick<Continuity, 'notices' | 'olderNames'>> {
  const { stack, file, name } = entry;
  const nothing = { notices: [], olderNames: [] };
  if (stack === undefined || outcome.rendered === undefined) return { ...outcome, ...nothing };
  try {
    const { diagnostics, notices, olderNames } = await compare(entry, stack, outcome.rendered);
    if (diagnostics.length === 0) return { ...outcome, notices, olderNames };
    return { ...outcome, rendered: undefined, diagnostics, notices, olderNames };
  } catch (error) {
    return { ...outcome, rendered: undefined, failure: failureOf(file, name, error), ...nothing };
  }
}

function judged({ name, source: read }: StackEntry, stack: Stack, rendered: Rendered): RenderedEntry {
  const { problems, faults } = rendered;
  const wrong = rendered.findings.length + problems.length + faults.length + rendered.diagnostics.length;
  if (wrong === 0) return { rendered, diagnostics: [], findings: [], failure: undefined };
  const source = read();
  const mistakes =
    source === undefined
      ? []
      : [...overrideDiagnostics(problems, source), ...faultDiagnostics(faults, source)];
  const { diagnostics, findings } = placedFindings(rendered.findings, stack, source);
  const place = placesIn(name, rendered);
  return {
    rendered: undefined,
    diagnostics: [...mistakes, ...rendered.diagnostics, ...diagnostics],
    findings: findings.map((finding) => ({ ...finding, stack: name, ...place(finding) })),
    failure: undefined,
  };
}

/** Where the texts that would be written have what a rule objects to. Each is read once. */
function placesIn(stack: string, { files }: Rendered): (finding: Finding) => TextPlace {
  const known = new Map<string, YamlLines>();
  return ({ file, object, path }) => {
    const lines = known.get(file) ?? yamlLines(files.get(`${stack}/${file}`) ?? files.get(file) ?? '');
    known.set(file, lines);
    const index = lines.find(object);
    return index === undefined ? { line: 1, column: 1 } : lines.at(index, path);
  };
}

/** Where the ciphertext is in this repository: the values that are not there yet. */
function missingSecrets({ stack, secrets }: StackEntry): readonly MissingSecret[] {
  if (stack === undefined || !keepsCiphertext(stack.provider)) return [];
  return stack.secrets.flatMap((secret) =>
    secret.places.flatMap(({ namespace }) => {
      const one = { stack: stack.name, secret: secret.name, namespace };
      const moved = secrets.elsewhere.find(({ name }) => name === secret.name);
      const sealedFor = moved === undefined ? {} : { sealedFor: moved.namespace };
      // A certificate that is sealed here, but for another namespace, is not one that somebody else makes.
      const isMoved = moved !== undefined && isMadeByOthers(stack.secretFiles, secret);
      const keys = isMoved ? secret.keys.map(({ key }) => key) : missingKeys(stack, secret, namespace);
      const former = outdatedKeys(stack, secret, namespace);
      return [
        ...(keys.length === 0 ? [] : [{ ...one, keys, ...sealedFor }]),
        ...(former.length === 0 ? [] : [{ ...one, keys: former, outdated: true as const }]),
      ];
    }),
  );
}

/** What is wrong with a shared file is told once, however many stacks extend it. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()];
}

/** The same text in one piece: put together bit by bit, it holds on to every bit, which for a thousand stacks is much. */
function compact(text: string): string {
  return Buffer.from(text).toString();
}

/** What is in the output folder of stacks that were not asked for, or that something is wrong with. */
async function untouchedIn(
  out: string,
  only: readonly string[] | undefined,
  chosen: readonly StackEntry[],
  failing: readonly StackEntry[],
  olderNames: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const all = only === undefined || only.length === 0;
  if (all && failing.length === 0) return new Set();
  const asked = new Set(chosen.map(({ name }) => name));
  const names = new Set([...failing.map(({ name }) => name), ...olderNames]);
  // A file that cannot be read may have had another name in it.
  const files = new Set(failing.map(({ file }) => baseName(headerPath(file))));
  return await untouchedFiles(
    out,
    ({ stack, from }) => names.has(stack) || files.has(baseName(from)) || (!all && !asked.has(stack)),
  );
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/**
 * What is written must not lie among what it is made from: rendered files would be read as stack files.
 *
 * @throws UsageProblem
 */
function refuseStacks(stacks: string, out: string, place: string): void {
  const folder = resolve(stacks);
  if (!isBelow(place, folder) && !isBelow(resolve(out), folder)) return;
  throw new UsageProblem(
    `--out ${slashes(out)} is ${resolve(out) === folder ? '' : 'inside '}the folder with the stack files`,
    'choose a different folder, such as dist',
  );
}

/** @throws EnvironmentProblem when what is in the output folder is half old and half new */
async function refuseInterrupted(out: string): Promise<void> {
  const interrupted = await reading(out, () => interruptedWrite(out));
  if (interrupted !== undefined) throw new EnvironmentProblem(interrupted.message);
}

async function reading<T>(out: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await problemWriting(out, error);
  }
}

/** Hands on the YAML files of a stack, `---` between them. */
async function printYaml(
  files: ReadonlyMap<string, string>,
  isFirst: boolean,
  print: SynthOptions['print'],
): Promise<void> {
  const texts = [...files].flatMap(([path, text]) => (path.endsWith('.yaml') ? [text] : []));
  await print?.(`${isFirst ? '' : '---\n'}${texts.join('---\n')}`);
}
