import { factsOf } from '../continuity/facts.ts';
import { isOf } from '../kinds/index.ts';
import { CONFIG_MAP } from '../kinds/keys.ts';
import { isRecord } from '../plain/data.ts';
import { parseQuantity } from '../plain/quantity.ts';
import { countText, excess, LIMITS } from '../stack/limits.ts';
import type { Manifest } from '../stack/manifest.ts';
import { FILL_IN, placeholders } from '../stack/placeholders.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import type { OverrideProblem } from '../system/overrides.ts';
import { isConfigText, readConfigText } from './config-text.ts';

/** Something in an overridden object that what comes after it cannot read. */
export interface Flaw extends Pick<OverrideProblem, 'code' | 'what' | 'remedy'> {
  /** Where in the object. */
  readonly path: Path;
}

/**
 * What overrides left in an object that the checksums, the sums of SUMMARY.md and the rules could not read: too much
 * of everything, amounts that are none, and configuration that does not parse.
 *
 * @param original the object before the overrides
 */
export function flaws(object: Manifest, original: Manifest): readonly Flaw[] {
  const tooMuch = excessOf(object);
  if (tooMuch !== undefined) {
    const remedy = 'add less in overrides; put large contents in objects of their own';
    return [{ path: [], code: 'MG058', what: `after the overrides, the object ${tooMuch}`, remedy }];
  }
  const found: Flaw[] = [];
  amounts(object, [], found);
  if (isOf(object, CONFIG_MAP)) texts(object, original, found);
  return found.length === 0 ? otherServer(object, original) : found;
}

/** A server name that is not the one that the settings make: everything else of the stack would have the other one. */
function otherServer(object: Manifest, original: Manifest): readonly Flaw[] {
  const nameOf = (manifest: Manifest) => factsOf(manifest).find(({ code }) => code === 'MG070');
  const now = nameOf(object);
  if (now === undefined) return [];
  const before = nameOf(original);
  if (before === undefined || now.value === before.value) return [];
  return [
    {
      path: now.field,
      code: 'MG054',
      what: `after this override the server name is "${now.value}", but the rest of the stack has "${before.value}"`,
      remedy: `write "${before.value}" here; a server of another name needs serverName in the stack file`,
    },
  ];
}

/** What is too much about an object. Without recursion: how deep it is, is the question. */
function excessOf(object: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: object, depth: 0 }];
  const total = { nodes: 0, characters: 0, depth: 0 };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    total.nodes++;
    total.depth = Math.max(total.depth, depth);
    if (typeof value === 'string') total.characters += value.length;
    const tooMuch = excess(total);
    if (tooMuch !== undefined) return tooMuch;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      total.characters += key.length;
      waiting.push({ value: inner, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Groups in which every value is an amount. */
const AMOUNTS: ReadonlySet<string> = new Set(['limits', 'requests', 'capacity']);
/** Amounts by their own key, and the key around them where that alone would not tell. */
const AMOUNT_KEYS: Readonly<Record<string, readonly string[] | undefined>> = {
  sizeLimit: ['emptyDir'],
  size: ['storage', 'walStorage'],
};

function amounts(value: unknown, path: Path, found: Flaw[]): void {
  if (typeof value !== 'object' || value === null) return;
  const around = String(path.at(-1) ?? '');
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const isAmount =
      (AMOUNTS.has(around) && !Array.isArray(value)) ||
      (Object.hasOwn(AMOUNT_KEYS, key) && AMOUNT_KEYS[key]?.includes(around) === true);
    if (!isAmount || typeof inner === 'object') {
      amounts(inner, here, found);
    } else if (parseQuantity(inner) === undefined) {
      const remedy = 'write a number and a unit without a space, such as 500m, 512Mi or 4Gi';
      const what = `${key} is ${shown(inner)}, which is not a Kubernetes quantity`;
      found.push({ path: here, code: 'MG056', what, remedy });
    }
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, 61) : value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function texts({ data }: Manifest, original: Manifest, found: Flaw[]): void {
  if (!isRecord(data)) return;
  for (const [key, text] of Object.entries(data)) {
    if (typeof text !== 'string') continue;
    const fail = (what: string, remedy: string): void => {
      found.push({ path: ['data', key], code: 'MG057', what: `${key.slice(0, 100)} ${what}`, remedy });
    };
    if (text.length > LIMITS.fileLength) {
      fail(`is longer than ${countText(LIMITS.fileLength)} characters`, 'write a shorter text');
    } else if (isConfigText(key)) {
      const read = readConfigText(text);
      if ('problem' in read) {
        fail(read.problem, 'correct the text, or name the key without .yaml or .json');
        continue;
      }
      if (key.endsWith('.json') && !isJson(text)) {
        fail('is YAML, but not JSON', 'write JSON: keys and texts in double quotes, no comments');
        continue;
      }
      if (!isRecord(read.data) && isRecord(original.data) && isGroupText(original.data[key])) {
        const holds = Array.isArray(read.data) ? 'a list' : 'a single value';
        fail(`holds ${holds}, but the program expects keys and values`, 'write keys and values');
        continue;
      }
      const [first] = placeholders(read.data);
      if (first === undefined) continue;
      const what = `${key.slice(0, 100)} contains ${first.name}, which nothing replaces: the program would read it as it is`;
      found.push({ path: ['data', key], code: 'MG098', what, remedy: FILL_IN });
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** True for a text with keys and values. */
function isGroupText(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  const read = readConfigText(text);
  return 'data' in read && isRecord(read.data);
}
