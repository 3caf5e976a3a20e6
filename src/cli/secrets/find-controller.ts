import { findControllers } from '../../cluster/find-controllers.ts';
import { ClusterProblem } from '../../cluster/problem.ts';
import type { ServiceAddress } from '../../cluster/service.ts';
import { isServiceAddress } from '../../secrets/acceptance/record.ts';
import type { CertificateOptions, SealedSecrets, SealedStack } from './sealing.ts';

/** Where its own instructions, those of Flux, and habit put it. */
const USUAL = [
  'kube-system/sealed-secrets-controller',
  'flux-system/sealed-secrets-controller',
  'sealed-secrets/sealed-secrets-controller',
];

/**
 * The controller of a cluster where there is none at the place that the stack file says or means: the one Service with
 * its label, once the person has accepted it, since others can give their Services that label too.
 *
 * @throws ClusterProblem with the ones that were found, and what to write
 */
export async function findController(
  { acceptance, file }: Pick<SealedStack, 'acceptance' | 'file'>,
  { controller }: Pick<SealedSecrets, 'controller'>,
  { stacks, context }: Pick<CertificateOptions, 'stacks' | 'context'>,
): Promise<ServiceAddress> {
  const wanted = `${controller.namespace}/${controller.name}`;
  const found = await addressesFound(context, stacks);
  const others = found.filter((address) => address !== wanted && isServiceAddress(address));
  const known = others.filter((address) => acceptance.recorded.controllers.includes(address));
  const [only, ...more] = known.length > 0 ? known : others;
  const what = `there is no Service ${wanted} in the cluster`;
  if (only === undefined) {
    throw new ClusterProblem(
      'not-found',
      `no certificate to seal for: ${what}, and no Service that carries the label of the controller could be found`,
      `name it with --controller NAMESPACE/NAME (it is usually ${USUAL.filter((one) => one !== wanted).join(' or ')}), or give its certificate with --cert`,
    );
  }
  const isKnown = known.length === 1;
  const question = [
    `${what}, but ${only} carries the label of the controller`,
    'Ask it for its certificate, and seal for that?',
  ];
  if (isKnown || (more.length === 0 && (await acceptance.confirm?.(...question)) === true)) {
    acceptance.remember({ controllers: [only] });
    return addressOf(only, context, stacks);
  }
  const named = [only, ...more];
  throw new ClusterProblem(
    'not-found',
    `no certificate to seal for: ${what}; the label of the controller is on ${named.join(' and ')}`,
    `if ${named.length === 1 ? 'it' : 'one of them'} is the controller of your cluster, add --controller ${only}, and write it into ${file}: ${written(only)}`,
  );
}

/** How the stack file names a controller. */
function written(address: string): string {
  const [namespace, name] = address.split('/');
  return `secrets.controller: {namespace: ${namespace}, name: ${name}}`;
}

function addressOf(address: string, context: string | undefined, stacks: string): ServiceAddress {
  const [namespace = '', name = ''] = address.split('/');
  return { namespace, name, stacks, ...(context === undefined ? {} : { context }) };
}

/** None where they may not be listed: then the person has to know. */
async function addressesFound(context: string | undefined, stacks: string): Promise<readonly string[]> {
  try {
    const found = await findControllers(context, { stacks });
    return found.map(({ namespace, name }) => `${namespace}/${name}`);
  } catch (error) {
    if (error instanceof ClusterProblem) return [];
    throw error;
  }
}
