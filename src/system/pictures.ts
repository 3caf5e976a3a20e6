import type { FileFlaw, FileKind } from './file-settings.ts';

/** Pictures that every browser shows and every table of MIME types has. A name that lies is refused by `nosniff`. */

function picture(title: string, endings: readonly string[], begins: (bytes: Buffer) => boolean): FileKind {
  return { endings, flaw: (bytes) => (begins(bytes) ? undefined : notA(title)) };
}

function notA(title: string): FileFlaw {
  return {
    code: 'MG220',
    what: `is not ${title}, whatever its name says`,
    remedy: 'export the picture again in that format, or give it the ending of the format that it has',
  };
}

const PNG_BEGINS = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Width and height of a PNG picture, which are the first thing in it; undefined for anything else. */
function pngSize(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  const isPng =
    bytes.subarray(0, 8).equals(PNG_BEGINS) && bytes.subarray(12, 16).toString('latin1') === 'IHDR';
  return isPng && bytes.length >= 24
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : undefined;
}

const PNG = picture('a PNG picture', ['.png'], (bytes) => pngSize(bytes) !== undefined);
const JPEG = picture('a JPEG picture', ['.jpg', '.jpeg'], (bytes) =>
  bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
);
const GIF = picture('a GIF picture', ['.gif'], (bytes) =>
  /^GIF8[79]a$/.test(bytes.subarray(0, 6).toString('latin1')),
);
const WEBP = picture(
  'a WebP picture',
  ['.webp'],
  (bytes) =>
    bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP',
);

const SVG: FileKind = {
  endings: ['.svg'],
  flaw: (bytes) => {
    const text = bytes.toString('utf8');
    const start = text.search(/<svg[\s>]/);
    if (start === -1) return notA('an SVG picture');
    const root = text.slice(start, text.indexOf('>', start));
    if (!/\sxmlns\s*=\s*["']http:\/\/www\.w3\.org\/2000\/svg["']/.test(root)) {
      return {
        code: 'MG220',
        what: 'has no xmlns in its first element, and browsers show such a picture only inside of a page',
        remedy: 'begin it with <svg xmlns="http://www.w3.org/2000/svg" …>',
      };
    }
    if (!/<script[\s>/]/i.test(text)) return undefined;
    return {
      code: 'MG220',
      what: 'contains a script, which would run with all rights of the page for whoever opens the picture by itself',
      remedy: 'remove the script from it',
    };
  },
};

/** What a page can show anywhere. */
export const PICTURES: readonly FileKind[] = [SVG, PNG, JPEG, WEBP, GIF];

/** An icon of an app: it is scaled down to what each place needs. */
export function squarePng(least: number): FileKind {
  return {
    endings: PNG.endings,
    flaw: (bytes) => {
      const size = pngSize(bytes);
      if (size === undefined) return PNG.flaw(bytes);
      if (size.width === size.height && size.width >= least) return undefined;
      return {
        code: 'MG220',
        what: `has ${size.width} x ${size.height} pixels`,
        remedy: `use a square picture of at least ${least} x ${least} pixels`,
      };
    },
  };
}
