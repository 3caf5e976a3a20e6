import { load } from 'js-yaml';
import { isManifest } from '../../stack/manifest.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { readYaml } from '../../stack/reading/yaml-source.ts';
import type { Sops } from '../../system/providers/sops.ts';
import type { Format } from '../format.ts';
import { type ReadableText, type ReadSecret, secretFile } from '../secret-text.ts';
import { SopsProblem } from './problem.ts';
import { readSopsFile } from './read.ts';
import { sopsShape } from './shape.ts';

/** Files with one Secret each, encrypted by SOPS. */
export const sopsFormat: Format<Sops> = {
  read: (one) => {
    try {
      return readSops(one);
    } catch (error) {
      if (!(error instanceof SopsProblem)) throw error;
      const { what, remedy, place = { line: 1, column: 1 } } = error;
      const position = { file: one.file, ...place };
      return { secret: undefined, diagnostics: [{ position, code: 'MG060', what, remedy }] };
    }
  },
  shape: sopsShape,
  isOne: (text) => {
    try {
      readSopsFile(text);
      return true;
    } catch (error) {
      if (error instanceof SopsProblem) return false;
      throw error;
    }
  },
  title: 'a file of SOPS',
  values: `"sops decrypt" shows them, and ${ownCommand('secrets create')} takes them with --from-stdin`,
  recipients: ({ recipients }) => ({ files: recipients, escrow: [] }),
};

/** @throws {SopsProblem} */
function readSops({ file, text }: ReadableText): ReadSecret {
  const { keys } = readSopsFile(text);
  const unreadable = readYaml(file, text).diagnostics.filter(({ code }) => code === 'MG011');
  if (unreadable.length > 0) return { secret: undefined, diagnostics: unreadable };
  const manifest = load(text);
  if (!isManifest(manifest)) throw new Error(`${file} was read, but is not an object`);
  const { namespace = '', name, annotations = {} } = manifest.metadata;
  return secretFile({ file, text, namespace, name, manifest, annotations, names: keys });
}
