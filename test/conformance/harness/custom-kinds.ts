import { customResourceDefinition } from '../../../imports/crd.ts';
import { kindSchemas } from '../../../imports/schemas/index.ts';
import type { ControlPlane } from './control-plane.ts';
import { mappings, text } from './json.ts';

/** Gives the server the project's own knowledge of every custom kind; throws when it does not take one. */
export async function loadCustomKinds(server: ControlPlane): Promise<void> {
  const definitions = Object.values(kindSchemas)
    .filter((kind) => kind.crd !== undefined)
    .map((kind) => ({ ...customResourceDefinition(kind) }));
  for (const definition of definitions) {
    const { status, warnings, body } = await server.apply(definition);
    if (status < 300 && warnings.length === 0) continue;
    const said = [`${status} ${text(body, 'message')}`, ...warnings].join('; ');
    throw new Error(`${definition.metadata.name}: ${said}`);
  }
  for (const definition of definitions) {
    await established(
      server,
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`,
    );
  }
}

async function established(server: ControlPlane, path: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { body } = await server.call('GET', path);
    const conditions = mappings(body, 'status', 'conditions');
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return;
    if (Date.now() > deadline) throw new Error(`${path}: ${JSON.stringify(conditions)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
