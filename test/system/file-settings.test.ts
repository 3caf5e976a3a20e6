import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../../charts/stack/load.ts';
import { type GivenFiles, givenBytes } from '../../charts/stack/read-extra-files.ts';
import { configData, configText, dig, objectOf, repositoryImages, stackFrom } from '../stacks.ts';

const HEAD = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;

/** The one thing that is wrong with a stack in which every file has this content. */
function wrong(element: string, content: string | Uint8Array): string {
  const given: GivenFiles = () => givenBytes(Buffer.from(content));
  const text = `${HEAD}element: ${element}\n`;
  const { diagnostics } = loadStack('stacks/chat.yaml', text, repositoryImages(), undefined, given);
  return diagnostics
    .map(({ position, code, what, remedy }) => `${position.line} ${code} ${what}; ${remedy}`)
    .join('\n');
}

const logo = (file: string): string => `{branding: {logo: {file: ${file}}}}`;
const favicon = '{branding: {favicon: {file: own/icon.png}}}';
const welcome = '{pages: {welcome: {file: own/welcome.html}}}';
const icon = readFileSync('test/fixtures/files/icon.png');

/** The picture with another width in its header. */
function wide(width: number): Buffer {
  const bytes = Buffer.from(icon);
  bytes.writeUInt32BE(width, 16);
  return bytes;
}

describe('a setting that is a file', () => {
  it('gives the file to the program, with the ending that it has, in lower case', () => {
    const stack = stackFrom(`${HEAD}element: {branding: {background: {file: files/background.png}}}`);
    expect(dig(configData(stack, 'element-config', 'config.json'), 'branding')).toEqual({
      welcome_background_url: 'branding/background.png',
    });
    expect(dig(objectOf(stack, 'ConfigMap', 'element-files'), 'binaryData')).toEqual({
      'app_branding_background.png': readFileSync('test/fixtures/files/background.png', 'base64'),
    });
    expect(configText(stack, 'element-config', 'default.conf')).toContain('location /branding/ {');
    expect(configText(stack, 'element-config', 'default.conf')).not.toContain('vector-icons');
  });

  it('changes nothing of the web server where there is none', () => {
    const stack = stackFrom(`${HEAD}element: {branding: {logo: {url: "https://example.org/logo.svg"}}}`);
    expect(configText(stack, 'element-config', 'default.conf')).not.toMatch(/branding|vector-icons/);
  });

  it('is not read where Element is left out', () => {
    expect(wrong('{enabled: false, branding: {favicon: {file: own/icon.png}}}', 'text')).toBe('');
  });

  it.each([
    [logo('own/logo.bmp'), 'BM', 'MG220 stacks/own/logo.bmp ends in .bmp, which cannot be used here'],
    [logo('own/logo'), 'x', 'MG220 stacks/own/logo has no ending that says what it is'],
    [logo('own/logo.svg'), '', 'MG220 stacks/own/logo.svg is empty'],
    [logo('own/logo.svg'), '<html></html>', 'MG220 stacks/own/logo.svg is not an SVG picture'],
    [logo('own/logo.svg'), '<svg viewBox="0 0 8 8"/>', 'MG220 stacks/own/logo.svg has no xmlns'],
    [
      logo('own/logo.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
      'MG220 stacks/own/logo.svg contains a script',
    ],
    [logo('own/logo.png'), '<svg/>', 'MG220 stacks/own/logo.png is not a PNG picture'],
    [logo('own/logo.jpg'), icon, 'MG220 stacks/own/logo.jpg is not a JPEG picture'],
    [logo('own/logo.webp'), icon, 'MG220 stacks/own/logo.webp is not a WebP picture'],
    [logo('own/logo.gif'), icon, 'MG220 stacks/own/logo.gif is not a GIF picture'],
    [
      logo('own/logo.png'),
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      'MG220 stacks/own/logo.png is a pointer of Git LFS',
    ],
    [
      logo('own/logo.png'),
      Buffer.concat([icon, Buffer.alloc(300_000)]),
      'MG221 stacks/own/logo.png has 301 kB',
    ],
    [favicon, wide(256), 'MG220 stacks/own/icon.png has 256 x 192 pixels'],
    [favicon, '<svg xmlns="http://www.w3.org/2000/svg"/>', 'MG220 stacks/own/icon.png is not a PNG picture'],
    [welcome, Buffer.from([0xc3, 0x28]), 'MG220 stacks/own/welcome.html is not UTF-8 text'],
    [welcome, '<!DOCTYPE html><p>x', 'MG222 stacks/own/welcome.html is a whole page'],
    [welcome, '<p>x</p>\n<SCRIPT src="a.js"></SCRIPT>', 'MG222 stacks/own/welcome.html has a <script>'],
    [
      welcome,
      '<a href="#" onclick="x()">x</a>',
      'MG222 stacks/own/welcome.html has an attribute such as onclick',
    ],
    [welcome, '<a href=" javascript:x()">x</a>', 'MG222 stacks/own/welcome.html has a javascript: address'],
    [
      welcome,
      '<link rel="stylesheet" href="https://cdn.example.net/a.css">',
      'MG222 stacks/own/welcome.html loads a style sheet from another server',
    ],
    [welcome, '<form action="https://example.net/">', 'MG222 stacks/own/welcome.html has a form that sends'],
    [
      welcome,
      '<img src="http://example.net/a.png">',
      'MG222 stacks/own/welcome.html loads something over http',
    ],
    [
      '{pages: {start: login, welcome: {file: own/welcome.html}}}',
      '<p>',
      'MG227 nobody sees this page, since pages.start is login',
    ],
    [
      '{singleSignOn: immediately, pages: {welcome: {file: own/welcome.html}}}',
      '<p>',
      'MG227 nobody sees this page, since singleSignOn is immediately',
    ],
    [
      '{branding: {favicon: {file: own/icon.png}}, extraFiles: {/app/branding/favicon.png: {file: own/icon.png}}}',
      icon,
      'MG130 /app/branding/favicon.png is already used: element.branding.favicon has its file at',
    ],
  ])('%#: as %s is an error', (element, content, expected) => {
    const found = wrong(element, content);
    expect(found.split('\n')).toHaveLength(1);
    expect(found.slice(0, expected.length + 2)).toBe(`4 ${expected}`);
    expect(found).toMatch(/; \S/);
  });

  it.each([
    [favicon, icon],
    [
      logo('own/LOGO.SVG'),
      '<?xml version="1.0"?>\n<!-- a --><svg\n  xmlns="http://www.w3.org/2000/svg"></svg>',
    ],
    [
      welcome,
      '<!-- <script> --><h1>$brand</h1> 1 < 2 <a href="https://example.org">x</a><img src="own/a.png">',
    ],
    [welcome, `<style>p {color: red}</style>${'<'.repeat(50_000)}`],
  ])('as %s is taken', (element, content) => {
    expect(wrong(element, content)).toBe('');
  });

  it('counts together with the other files for the program', () => {
    const files = '{/app/own/a.png: {file: own/a.png}, /app/own/b.png: {file: own/b.png}}';
    const big = Buffer.concat([icon, Buffer.alloc(600_000)]);
    const found = wrong(`{branding: {background: {file: own/c.png}}, extraFiles: ${files}}`, big);
    expect(found).toMatch(/^4 MG132 .*the files for element have 1,2\d\d,\d\d\d bytes in total/);
  });
});

describe("Element's themes", () => {
  const config = (element: string): unknown =>
    configData(stackFrom(`${HEAD}element: ${element}`), 'element-config', 'config.json');

  it('are light, or what the device prefers, or one of the stack file', () => {
    expect(dig(config('{}'), 'default_theme')).toBe('light');
    expect(dig(config('{theme: system}'), 'default_theme')).toBeUndefined();
    expect(dig(config('{theme: custom-Sea, themes: [{name: Sea}]}'), 'default_theme')).toBe('custom-Sea');
  });

  it('may also come from extraConfig', () => {
    const raw = '{theme: custom-Sea, extraConfig: {setting_defaults: {custom_themes: [{name: Sea}]}}}';
    expect(dig(config(raw), 'default_theme')).toBe('custom-Sea');
  });
});
