import { at, text } from '../../plain/data.ts';
import { objectText } from '../../stack/manifest.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { cloudflaredRule, serviceAt } from './cloudflared-rule.ts';
import type { EntranceRoute, Surroundings } from './route.ts';

/** The subjects of a TunnelBinding: its operator writes a rule of cloudflared for each. */
export function tunnelSubjects(owner: Located, { effort }: Surroundings): readonly EntranceRoute[] {
  return items(owner.data.subjects, 'subjects').map(({ data: subject }, index) => {
    const place = `subjects[${index}]`;
    const field = `${place}.spec`;
    const path = text(at(subject, 'spec', 'path')) ?? '';
    const target = text(at(subject, 'spec', 'target')) ?? '';
    const fqdn = text(at(subject, 'spec', 'fqdn'));
    const found = serviceAt(target);
    const { service, namespace, port } = found ?? {
      service: text(subject.name) ?? '',
      namespace: owner.namespace,
      port: undefined,
    };
    const isService = target === '' || found !== undefined;
    return {
      owner,
      field: path === '' ? field : `${field}.path`,
      match: `${fqdn ?? 'a host of its own'}${path === '' ? '' : ` ${path}`}`,
      to: isService ? `${namespace}/${service}:${port ?? 'its first port'}` : target,
      limitedBy: [],
      // Subjects are tried in their order; in which order several bindings are is not known.
      instance: objectText(owner),
      turn: { priority: -index, said: place, toBeBefore: `move it before ${place}` },
      ...cloudflaredRule(fqdn, path, effort),
    };
  });
}
