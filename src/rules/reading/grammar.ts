/** The grammars of names in Kubernetes, each with the words of an error. */
export interface Grammar {
  readonly pattern: RegExp;
  readonly max: number;
  readonly words: string;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** RFC 1123 label. */
export const dnsLabel: Grammar = {
  pattern: label,
  max: 63,
  words: 'lower-case letters, digits and hyphens (not at the start or end)',
};
/** RFC 1123 subdomain. */
export const dnsSubdomain: Grammar = {
  ...dnsLabel,
  pattern: subdomain,
  max: 253,
  words: `${dnsLabel.words}, in parts joined by dots`,
};
/** RFC 1035 label. */
export const dns1035Label: Grammar = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  max: 63,
  words: 'lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
};
/** The name of a container's port. */
export const portName: Grammar = {
  pattern: /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  max: 15,
  words: 'lower-case letters, digits and single hyphens (not at the start or end), with at least one letter',
};
export const envName: Grammar = {
  pattern: /^[-._a-zA-Z][-._a-zA-Z0-9]*$/,
  max: 1024,
  words: 'letters, digits, "_", "-" and ".", not beginning with a digit',
};
/** A key of a ConfigMap or Secret. */
export const configKey: Grammar = {
  pattern: /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]+$/,
  max: 253,
  words: 'letters, digits, "-", "_" and ".", not beginning with ".."',
};
export const labelValue: Grammar = {
  pattern: /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  max: 63,
  words: 'letters, digits, "-", "_" and ".", beginning and ending with a letter or digit',
};

/** What is wrong with a name, or undefined. */
export function violation(
  value: string,
  { pattern, max, words }: Grammar,
): { what: string; remedy: string } | undefined {
  if (value.length > max) {
    return { what: `"${value}" has ${value.length} characters`, remedy: `use at most ${max}` };
  }
  return pattern.test(value)
    ? undefined
    : { what: `"${value}" is not a valid name here`, remedy: `use ${words}` };
}

/** What is wrong with a key of labels or annotations (`name` or `prefix/name`), or undefined. */
export function keyViolation(key: string): { what: string; remedy: string } | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  const words =
    'an optional domain and "/", then letters, digits, "-", "_" and ".", beginning and ending with a letter or digit';
  return (
    (prefix === undefined ? undefined : violation(prefix, dnsSubdomain)) ??
    violation(name, { pattern: qualified, max: 63, words })
  );
}
