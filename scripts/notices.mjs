/**
 * THIRD-PARTY.md: the packages inside the bundle, and their licences.
 *
 *   node scripts/notices.mjs
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommandLine } from './bundle.mjs';
import { top } from './plugins.mjs';

/** `node_modules/@scope/name` of a file, the innermost where packages bring their own. */
const folderOf = (file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];

/** Files of a package that a licence wants to see passed on. */
const isNotice = (name) => /^(?:licen[cs]e|copying|notice)/i.test(name);

const { inputs } = await bundleCommandLine();
const folders = [...new Set(inputs.map(folderOf))].filter((it) => it !== undefined);
const packages = folders.sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(top, folder, 'package.json'), 'utf8'));
  const notices = readdirSync(join(top, folder)).filter(isNotice).sort();
  if (typeof license !== 'string' || notices.length === 0) throw new Error(`${folder} says no licence`);
  const texts = notices.map((file) => readFileSync(join(top, folder, file), 'utf8').trim());
  return { name, version, license, text: texts.join('\n\n') };
});

// One text serves all who share it to the letter, such as the Apache licence.
const byText = new Map();
for (const one of packages) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
const sections = [...byText].map(([text, members]) => {
  const names = members.map(({ name, version, license }) => `${name} ${version} (${license})`);
  return `## ${names.join(', ')}\n\n${text
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n')}\n`;
});
const intro = `# Third-party software

The command line of matrix-gitops holds the packages below, unchanged but for their form.
The schemas and classes of imports/ are made from other projects' definitions; see imports/README.md.
Written by \`node scripts/notices.mjs\`.
`;
writeFileSync(join(top, 'build/THIRD-PARTY.md'), [intro, ...sections].join('\n'));
