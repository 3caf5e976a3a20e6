/** Binary units of Kubernetes quantities, in bytes. */
const BYTES = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
const MEMORY = /^([1-9][0-9]*)(Ki|Mi|Gi|Ti)$/;
const CPU = /^([1-9][0-9]*)(m?)$/;

/** True for a size the stack file accepts: a whole number of Ki, Mi, Gi or Ti. */
export function isMemory(text: string): boolean {
  return MEMORY.test(text);
}

/** True for a CPU amount the stack file accepts: whole cores or millicores (`2`, `500m`). */
export function isCpu(text: string): boolean {
  return CPU.test(text);
}

/**
 * Bytes of a Kubernetes size such as `20Gi`.
 *
 * @throws when the text is not a whole number of Ki, Mi, Gi or Ti.
 */
export function bytes(text: string): number {
  const match = MEMORY.exec(text);
  const unit = match?.[2];
  if (match === null || (unit !== 'Ki' && unit !== 'Mi' && unit !== 'Gi' && unit !== 'Ti')) {
    throw new Error(`"${text}" is no size; write a whole number with Ki, Mi, Gi or Ti`);
  }
  return Number(match[1]) * BYTES[unit];
}

/**
 * Millicores of a Kubernetes CPU amount such as `500m` or `2`.
 *
 * @throws when the text is neither whole cores nor millicores.
 */
export function millicores(text: string): number {
  const match = CPU.exec(text);
  if (match === null) throw new Error(`"${text}" is no CPU amount; write cores (2) or millicores (500m)`);
  return Number(match[1]) * (match[2] === 'm' ? 1 : 1000);
}

/** Whole mebibytes in a size, rounded down. */
export function mebibytes(text: string): number {
  return Math.floor(bytes(text) / BYTES.Mi);
}

/** Writes bytes in the largest unit that keeps them whole (`1536Mi`, `4Gi`). */
export function formatBytes(amount: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi'] as const) {
    if (amount >= BYTES[unit] && amount % BYTES[unit] === 0) return `${amount / BYTES[unit]}${unit}`;
  }
  return `${Math.ceil(amount / BYTES.Ki)}Ki`;
}

/** Writes millicores as Kubernetes people do: `2`, `500m`. */
export function formatMillicores(amount: number): string {
  return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
}
