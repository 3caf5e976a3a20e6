/** Something that nobody may see, and under which name a test tells that it was seen. */
export interface Canary {
  readonly name: string;
  readonly bytes: Buffer;
}

/** So many letters of one of its forms are enough to betray a value: messages may be cut. */
const ENOUGH = 12;

/** Every way in which bytes are written as text, from their first letters and to their last ones. */
export function formsOf(bytes: Buffer): readonly string[] {
  const plain = bytes.toString('utf8').trim();
  const hex = bytes.toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const base64 = [0, 1, 2].map((shift) => shifted(bytes, shift));
  const whole = [
    plain,
    JSON.stringify(plain).slice(1, -1),
    encodeURIComponent(plain),
    hex,
    hex.toUpperCase(),
    percent,
    percent.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...base64.map((text) => encodeURIComponent(text)),
  ];
  const pieces = whole
    .filter((text) => text.length >= ENOUGH)
    .flatMap((text) => [text.slice(0, ENOUGH), text.slice(-ENOUGH)]);
  return [...new Set(pieces)];
}

/** What base64 makes of the bytes where they begin at this place of a group of three, without what depends on others. */
function shifted(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const begin = [0, 2, 3][shift] ?? 0;
  const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
  return text.slice(begin, end);
}

/** Finds canaries in texts; made once for all texts. */
export function leakFinder(canaries: readonly Canary[]): (text: string | Buffer) => readonly string[] {
  const known = canaries.map(({ name, bytes }) => ({ name, bytes, forms: formsOf(bytes) }));
  return (text) => {
    const searched = typeof text === 'string' ? text : text.toString('latin1');
    const raw = typeof text === 'string' ? undefined : text;
    return known.flatMap(({ name, bytes, forms }) => {
      const form = forms.find((one) => searched.includes(one));
      if (form !== undefined) return [`${name} as ${JSON.stringify(form)}`];
      return raw?.includes(bytes.subarray(0, ENOUGH)) ? [`${name} as bytes`] : [];
    });
  };
}
