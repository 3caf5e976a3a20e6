/** Units of Kubernetes quantities; no unit counts once. */
const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?\d+))?$/;
/** Longer than any amount, and short enough for a pattern that tries every way to read it. */
const LONGEST = 64;
/** What a stack file may say for a size: the part of the grammar that people read without thinking. */
const MEMORY = /^[1-9][0-9]*(?:Ki|Mi|Gi|Ti)$/;
/** What a stack file may say for CPU. */
const CPU = /^[1-9][0-9]*m?$/;

/**
 * The value of a Kubernetes quantity in its unit (cores, bytes), or undefined for what is none.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return quantity;
  const match = typeof quantity === 'string' && quantity.length <= LONGEST ? QUANTITY.exec(quantity) : null;
  if (match === null) return undefined;
  const [, sign, digits, unit, exponent] = match;
  const factor = unit === undefined ? 10 ** Number(exponent ?? 0) : (FACTORS[unit] ?? 1);
  return Number(digits) * factor * (sign === '-' ? -1 : 1);
}

/** True for a size the stack file accepts: a whole number of Ki, Mi, Gi or Ti. */
export function isMemory(text: string): boolean {
  return text.length <= LONGEST && MEMORY.test(text);
}

/** True for a CPU amount the stack file accepts: whole cores or millicores (`2`, `500m`). */
export function isCpu(text: string): boolean {
  return text.length <= LONGEST && CPU.test(text);
}

/**
 * Bytes of a Kubernetes size such as `20Gi`.
 *
 * @throws when the text is not a valid quantity.
 */
export function bytes(text: string): number {
  const value = parseQuantity(text);
  if (value === undefined)
    throw new Error(`"${text}" is not a size; write a whole number with Ki, Mi, Gi or Ti`);
  return value;
}

/**
 * Millicores of a Kubernetes CPU amount such as `500m` or `2`.
 *
 * @throws when the text is not a valid quantity.
 */
export function millicores(text: string): number {
  const value = parseQuantity(text);
  if (value === undefined)
    throw new Error(`"${text}" is not a CPU amount; write cores (2) or millicores (500m)`);
  return Math.round(value * 1000);
}

/** Whole mebibytes in a size, rounded down. */
export function mebibytes(text: string): number {
  return Math.floor(bytes(text) / 2 ** 20);
}

/** Writes bytes in the largest unit that keeps them whole (`1536Mi`, `4Gi`). */
export function formatBytes(amount: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi'] as const) {
    const factor = FACTORS[unit] ?? 1;
    if (amount >= factor && amount % factor === 0) return `${amount / factor}${unit}`;
  }
  return `${Math.ceil(amount / 1024)}Ki`;
}

/** Writes millicores as Kubernetes people do: `2`, `500m`. */
export function formatMillicores(amount: number): string {
  return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
}
