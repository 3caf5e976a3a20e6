import { valueAt } from '../plain/data.ts';
import { groupOf, type Manifest } from '../stack/manifest.ts';
import type { Path } from '../stack/reading/yaml-source.ts';

/** The Secret that an object has the cluster write, and where it says so; undefined where it makes none. */
export function secretMadeBy(manifest: Manifest): { readonly name: string; readonly path: Path } | undefined {
  const { apiVersion, kind, metadata } = manifest;
  const named = (path: Path): { readonly name: string; readonly path: Path } | undefined => {
    const name = valueAt(manifest, path);
    return typeof name === 'string' ? { name, path } : undefined;
  };
  switch (`${groupOf(apiVersion)}/${kind}`) {
    case 'cert-manager.io/Certificate':
      return named(['spec', 'secretName']);
    case 'external-secrets.io/ExternalSecret':
      return named(['spec', 'target', 'name']) ?? { name: metadata.name, path: ['metadata', 'name'] };
    default:
      return undefined;
  }
}
