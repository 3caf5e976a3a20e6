import { describe, expect, it } from 'vitest';
import { gate } from '../../charts/delivery/health.ts';
import { allProfiles, chartedOf } from '../stacks.ts';

const object = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'matrix' },
});
const claim = object('v1', 'PersistentVolumeClaim', 'media');
const cluster = object('postgresql.cnpg.io/v1', 'Cluster', 'db');
const redis = object('apps/v1', 'StatefulSet', 'redis');
const ready = "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')";

describe('a layer', () => {
  it('waits for all that is in it', () => {
    expect(gate([redis])).toEqual({ wait: true });
  });

  it('waits for each object but claims, which a pod of a later layer may have to bind first', () => {
    expect(
      gate([claim, cluster, redis, { ...cluster, metadata: { name: 'second', namespace: 'matrix' } }]),
    ).toEqual({
      wait: false,
      healthChecks: [
        { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'db', namespace: 'matrix' },
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'redis', namespace: 'matrix' },
        { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'second', namespace: 'matrix' },
      ],
      healthCheckExprs: [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', current: ready }],
    });
  });

  it('of claims alone waits for nothing', () => {
    expect(gate([claim])).toEqual({ wait: false });
  });

  it('tells Flux what kinds look like that it does not know', () => {
    expect(gate([object('bitnami.com/v1alpha1', 'SealedSecret', 'keys')])).toEqual({
      wait: true,
      healthCheckExprs: [
        {
          apiVersion: 'bitnami.com/v1alpha1',
          kind: 'SealedSecret',
          current: "status.conditions.exists(c, c.type == 'Synced' && c.status == 'True')",
          failed: "status.conditions.exists(c, c.type == 'Synced' && c.status == 'False')",
        },
      ],
    });
  });
});

describe('what is waited for', () => {
  it('has no claim in any stack', () => {
    const kinds = allProfiles().flatMap((stack) =>
      (gate(chartedOf(stack).flatMap(({ manifests }) => manifests)).healthChecks ?? []).map(
        ({ kind }) => kind,
      ),
    );
    expect(kinds).toContain('Cluster');
    expect(kinds).not.toContain('PersistentVolumeClaim');
  });
});
