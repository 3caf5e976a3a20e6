import { App, Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import { expect, it } from 'vitest';
import { IngressRoute, type IngressRouteProps } from '../../imports/traefik.io.ts';
import { guardedManifest } from '../../src/kubernetes/guard.ts';

const chart = (): Chart => new Chart(new App(), 'chart');

it('lets an object through that lost nothing', () => {
  const object = new k8s.KubeService(chart(), 'x', {
    metadata: { name: 'web' },
    spec: { clusterIp: 'None', ports: [{ port: 80, targetPort: k8s.IntOrString.fromNumber(8080) }] },
  });
  expect(guardedManifest(object, 'x.yaml')).toMatchObject({
    spec: { clusterIP: 'None', ports: [{ targetPort: 8080 }] },
  });
});

it('names file, object and field when a built-in class drops one', () => {
  // Newer than the class: Kubernetes 1.30 knows it, Kubernetes 1.28 did not.
  const props: k8s.KubeServiceProps = JSON.parse(
    '{"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}], "trafficDistribution": "PreferClose"}}',
  );
  const object = new k8s.KubeService(chart(), 'x', props);
  expect(() => guardedManifest(object, 'components/web.yaml')).toThrow(
    'components/web.yaml: Service web loses the field spec.trafficDistribution',
  );
});

it('names the field when the class of a custom resource drops one', () => {
  const props: IngressRouteProps = JSON.parse(
    '{"metadata": {"name": "web"}, "spec": {"routes": [{"match": "Host(`a.b`)", "servces": []}]}}',
  );
  const object = new IngressRoute(chart(), 'x', props);
  expect(() => guardedManifest(object, 'x.yaml')).toThrow(/loses the field spec\.routes\[0\]\.servces/);
});

it('notices a lost list or group even when it is empty', () => {
  const props: IngressRouteProps = JSON.parse(
    '{"metadata": {"name": "web"}, "spec": {"routes": [], "tlsx": {}}}',
  );
  expect(() => guardedManifest(new IngressRoute(chart(), 'x', props), 'x.yaml')).toThrow(/spec\.tlsx/);
});

it('notices a number that the class would drop because it wants a wrapper', () => {
  const props: k8s.KubeServiceProps = JSON.parse(
    '{"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80, "targetPort": 8080}]}}',
  );
  expect(() => guardedManifest(new k8s.KubeService(chart(), 'x', props), 'x.yaml')).toThrow(/targetPort/);
});
