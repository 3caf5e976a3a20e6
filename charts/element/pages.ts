import type { FileKind } from '../../src/system/file-settings.ts';

/** What a page must not have, as one tag of it shows, and why. */
const UNFIT: readonly { readonly tag: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    tag: /^<(?:!doctype|\/?(?:html|head|body|title|meta|base))[\s>/]/i,
    what: 'is a whole page, but Element puts it into a page of its own',
    remedy: 'keep only what is between <body> and </body>',
  },
  {
    tag: /^<script[\s>/]/i,
    what: 'has a <script>, which does not run: Element puts pages into its own as text',
    remedy: 'remove it; a module of Element can do more (see docs/files.md)',
  },
  {
    tag: /\son[a-z]+\s*=/i,
    what: "has an attribute such as onclick, which Element's Content-Security-Policy blocks",
    remedy: 'use a link: <a href="#/login">',
  },
  {
    tag: /\s(?:href|src|action|xlink:href)\s*=\s*(?:["']\s*)?javascript:/i,
    what: "has a javascript: address, which Element's Content-Security-Policy blocks",
    remedy: 'use a link: <a href="#/login">',
  },
  {
    tag: /^<link\s[^>]*href\s*=\s*(?:["']\s*)?(?:https?:)?\/\//i,
    what: "loads a style sheet from another server, which Element's Content-Security-Policy blocks",
    remedy: 'write the styles into <style> in the page',
  },
  {
    tag: /^<form\s[^>]*action\s*=\s*(?:["']\s*)?(?:https?:)?\/\//i,
    what: "has a form that sends to another server, which Element's Content-Security-Policy blocks",
    remedy: 'use a link to a page with that form',
  },
  {
    tag: /\s(?:src|poster)\s*=\s*(?:["']\s*)?http:/i,
    what: 'loads something over http, which browsers block in a page that came over https',
    remedy: 'write https: at that address',
  },
];

/**
 * A piece of a page that Element shows inside of its own: read with `fetch`, put there with `innerHTML`, under the
 * policy in a `meta` element of index.html.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/apps/web/src/components/structures/EmbeddedPage.tsx
 * @see https://github.com/element-hq/element-web/blob/develop/apps/web/src/vector/index.html
 */
export const PAGE: FileKind = {
  endings: ['.html'],
  flaw: (bytes) => {
    const text = bytes.toString('utf8');
    if (text.includes('\ufffd')) {
      return { code: 'MG220', what: 'is not UTF-8 text', remedy: 'save it as UTF-8' };
    }
    const tags = [...withoutComments(text).matchAll(/<[^<>]*>/g)].map(([tag]) => tag);
    const found = UNFIT.find(({ tag }) => tags.some((one) => tag.test(one)));
    return found === undefined ? undefined : { code: 'MG222', what: found.what, remedy: found.remedy };
  },
};

/** An expression would take the square of their number where none ends. */
function withoutComments(text: string): string {
  const [before = '', ...rest] = text.split('<!--');
  return (
    before + rest.map((part) => (part.includes('-->') ? part.slice(part.indexOf('-->') + 3) : '')).join('')
  );
}
