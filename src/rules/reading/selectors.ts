import { at, isRecord, text, textMap, texts } from '../../plain/data.ts';
import { items } from './data.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels; an empty one selects
 * all.
 */
export function selects(selector: unknown, labels: Labels): boolean {
  return (
    selectsByLabels(at(selector, 'matchLabels'), labels) &&
    items(at(selector, 'matchExpressions'), '').every(({ data: { key, operator, values } }) => {
      const value = labels[text(key) ?? ''];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && texts(values).includes(value);
      if (operator === 'NotIn') return value === undefined || !texts(values).includes(value);
      return false;
    })
  );
}

/** Whether a plain mapping, as a Service's selector, selects these labels. */
export function selectsByLabels(selector: unknown, labels: Labels): boolean {
  return Object.entries(textMap(selector)).every(([key, value]) => labels[key] === value);
}

/** Whether a selector asks for anything at all. */
export function isEmptySelector(selector: unknown): boolean {
  if (!isRecord(selector)) return true;
  return (
    Object.keys(textMap(selector.matchLabels)).length === 0 &&
    items(selector.matchExpressions, '').length === 0
  );
}

/** A selector in words: `app=synapse, tier in (a, b)`. */
export function describeSelector(selector: unknown): string {
  const labels = Object.entries(textMap(at(selector, 'matchLabels')));
  const expressions = items(at(selector, 'matchExpressions'), '').map(({ data: { key, operator, values } }) =>
    [key, operator, ...(values === undefined ? [] : [`(${texts(values).join(', ')})`])].join(' '),
  );
  return [...labels.map(([key, value]) => `${key}=${value}`), ...expressions].join(', ');
}
