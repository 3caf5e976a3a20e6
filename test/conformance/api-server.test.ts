import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiAnswer, type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { loadCustomKinds } from './harness/custom-kinds.ts';
import { nameOf, objectsIn, podTemplate, stacks } from './harness/dist.ts';
import { fluxObjects, layersOf, stages } from './harness/flux.ts';
import { type Json, mapping, text } from './harness/json.ts';
import { run, sweepWhenDone, timed } from './harness/programs.ts';
import { kustomize } from './tools/go.ts';

sweepWhenDone();

let server: ControlPlane;
let kustomizeProgram = '';

beforeAll(async () => {
  kustomizeProgram = await kustomize();
  server = await timed('starting the API server', controlPlane);
  console.log(`conformance: kube-apiserver ${server.version}`);
  await timed('loading the custom kinds', () => loadCustomKinds(server));
});

/** What is wrong with an answer, in words; undefined when the object was taken without a remark. */
function complaint(object: Json, { status, warnings, body }: ApiAnswer): string | undefined {
  const said = [...(status < 300 ? [] : [`${status} ${text(body, 'message')}`]), ...warnings];
  return said.length === 0 ? undefined : `${nameOf(object)}: ${said.join('; ')}`;
}

function accepted(object: Json, answer: ApiAnswer): void {
  expect(complaint(object, answer) ?? 'accepted').toBe('accepted');
}

/** A layer's objects as Flux gets them. */
async function built(folder: string): Promise<Json[]> {
  return objectsIn(await run(kustomizeProgram, ['build', folder]), folder);
}

/** What applying a layer left behind. */
interface Applied {
  readonly complaints: readonly string[];
  /** The objects as the server keeps them. */
  readonly objects: readonly Json[];
}

/** Applies a layer as Flux does: by stages, and nothing of a stage unless a dry run takes all of it. */
async function applyLayer(objects: readonly Json[]): Promise<Applied> {
  const complaints: string[] = [];
  const kept: Json[] = [];
  const note = (object: Json, answer: ApiAnswer): void => {
    const said = complaint(object, answer);
    if (said !== undefined && !complaints.includes(said)) complaints.push(said);
  };
  for (const stage of stages(objects)) {
    const tried = await Promise.all(stage.map((object) => server.apply(object, { dryRun: true })));
    for (const [index, answer] of tried.entries()) note(stage[index] ?? {}, answer);
    if (tried.some(({ status }) => status >= 300)) return { complaints, objects: kept };
    for (const object of stage) {
      const answer = await server.apply(object);
      note(object, answer);
      kept.push(answer.body);
    }
  }
  return { complaints, objects: kept };
}

/** An object without the number that counts its writes. */
function withoutVersion(object: Json): Json {
  return { ...object, metadata: { ...mapping(object, 'metadata'), resourceVersion: undefined } };
}

for (const stack of stacks()) {
  describe(stack.name, () => {
    const layers = layersOf(stack);
    const applied = new Map<string, readonly Json[]>();

    test.each(layers.map(({ name }) => name))('layer %s is taken without error or warning', async (name) => {
      const folder = layers.find((layer) => layer.name === name)?.folder ?? '';
      const result = await applyLayer(await built(folder));
      expect(result.complaints).toEqual([]);
      expect(result.objects).not.toEqual([]);
      applied.set(name, result.objects);
    });

    test('applying everything again changes no object', async () => {
      for (const { name, folder } of layers) {
        const first = applied.get(name) ?? [];
        const second = (await applyLayer(await built(folder))).objects;
        expect(second.map(withoutVersion)).toEqual(first.map(withoutVersion));
        // Kubernetes 1.36 stores a claim a second time, unchanged, when it is first applied again; never after.
        expect((await applyLayer(await built(folder))).objects).toEqual(second);
      }
    });

    const workloads = stack.objects.filter((object) => podTemplate(object) !== undefined);
    test.each(workloads.map(nameOf))("Pod Security of the namespace admits %s's pod", async (name) => {
      const workload = workloads.find((object) => nameOf(object) === name) ?? {};
      const template = podTemplate(workload) ?? {};
      const metadata = {
        ...mapping(template, 'metadata'),
        name: 'conformance',
        namespace: text(workload, 'metadata', 'namespace') ?? '',
      };
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: mapping(template, 'spec') };
      const path = `${await server.collection(pod)}?dryRun=All&fieldValidation=Strict`;
      accepted(pod, await server.call('POST', path, pod));
    });
  });
}

describe('flux', () => {
  test('the Kustomizations themselves are taken without error or warning', async () => {
    const objects = fluxObjects();
    expect(objects).not.toEqual([]);
    for (const namespace of new Set(objects.map((object) => text(object, 'metadata', 'namespace')))) {
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      accepted(object, await server.apply(object));
    }
    const { complaints } = await applyLayer(objects);
    expect(complaints).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const metadata = { name: 'conformance-negative', namespace: 'default' };

  test('an unknown field is an error', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, daata: { a: 'b' } };
    expect(complaint(object, await server.apply(object, { dryRun: true }))).toContain('daata');
  });

  test('a pod that Pod Security warns about is a complaint', async () => {
    const labels = {
      'pod-security.kubernetes.io/enforce': 'privileged',
      'pod-security.kubernetes.io/warn': 'restricted',
    };
    const name = 'conformance-pods';
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    accepted(namespace, await server.apply(namespace));
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: name },
      spec: { hostNetwork: true, containers: [{ name: 'x', image: 'x:1' }] },
    };
    const answer = await server.call('POST', `${await server.collection(pod)}?dryRun=All`, pod);
    expect(complaint(pod, answer)).toContain('would violate PodSecurity "restricted:latest"');
  });
});
