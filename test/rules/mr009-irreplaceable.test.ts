import { describe, expect, it } from 'vitest';
import { irreplaceableRule } from '../../src/rules/mr009-irreplaceable.ts';
import { changed, found, goodStack, yaml } from './stack.ts';

describe('MR009 irreplaceable objects', () => {
  it('passes protected ones', () => {
    expect(found(irreplaceableRule, goodStack())).toEqual([]);
  });

  it.each(['Namespace/app', 'PersistentVolumeClaim/app/media', 'Cluster/app/db'])(
    'objects to %s unprotected',
    (id) => {
      const result = found(irreplaceableRule, changed(id, { 'metadata.annotations': undefined }));
      expect(result).toEqual([
        expect.stringContaining(
          `${id} metadata.annotations["kustomize.toolkit.fluxcd.io/prune"]: is not set: Flux deletes`,
        ),
      ]);
    },
  );

  it('objects to a database in a Cluster that is unprotected', () => {
    const database = yaml(
      '{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: mas, namespace: app}}',
    );
    expect(found(irreplaceableRule, [...goodStack(), ...database])).toEqual([
      expect.stringContaining('Database/app/mas'),
    ]);
  });

  it('objects to another value', () => {
    const annotations = { 'kustomize.toolkit.fluxcd.io/prune': 'enabled' };
    const result = found(
      irreplaceableRule,
      changed('Namespace/app', { 'metadata.annotations': annotations }),
    );
    expect(result).toEqual([expect.stringContaining('is "enabled"')]);
  });
});
