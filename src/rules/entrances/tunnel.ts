import { at, text } from '../../plain/data.ts';
import { objectText } from '../../stack/manifest.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { beginningsOf } from './expression.ts';
import { regexp } from './regexp.ts';
import { sureBeginning } from './regexp-beginning.ts';
import type { EntranceRoute, Surroundings } from './route.ts';

const TARGET = /^[a-z]+:\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?/;

/** The subjects of a TunnelBinding. */
export function tunnelSubjects(owner: Located, { effort }: Surroundings): readonly EntranceRoute[] {
  return items(owner.data.subjects, 'subjects').map(({ data: subject }, index) => {
    const place = `subjects[${index}]`;
    const field = `${place}.spec`;
    const path = text(at(subject, 'spec', 'path')) ?? '';
    const target = text(at(subject, 'spec', 'target')) ?? '';
    const fqdn = text(at(subject, 'spec', 'fqdn'));
    const [, service = text(subject.name) ?? '', namespace = owner.namespace, port] =
      TARGET.exec(target) ?? [];
    const find = regexp(path, effort);
    const isService = target === '' || TARGET.test(target);
    return {
      owner,
      field: path === '' ? field : `${field}.path`,
      match: `${fqdn ?? 'a host of its own'}${path === '' ? '' : ` ${path}`}`,
      to: isService ? `${namespace}/${service}:${port ?? 'its first port'}` : target,
      hosts: fqdn === undefined ? [] : [fqdn],
      paths: beginningsOf(path),
      limitedBy: [],
      // Subjects are tried in their order; in which order several bindings are is not known.
      instance: objectText(owner),
      turn: { priority: -index, said: place, toBeBefore: `move it before ${place}` },
      accepts: ({ host, path: asked, isBeginning }) => {
        if (fqdn !== undefined && fqdn.toLowerCase() !== host.toLowerCase()) return 'no';
        return path === '' ? 'yes' : find(asked, isBeginning);
      },
      extent: () =>
        fqdn === undefined ? [] : [{ host: fqdn, path: sureBeginning(path) || '/', isBeginning: true }],
    };
  });
}
