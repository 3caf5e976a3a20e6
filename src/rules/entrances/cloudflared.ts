import { at, text } from '../../plain/data.ts';
import { objectText } from '../../stack/manifest.ts';
import { fieldPath, items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { readEmbedded } from '../secrets/embedded.ts';
import { cloudflaredRule, serviceAt } from './cloudflared-rule.ts';
import type { EntranceRoute, Surroundings } from './route.ts';

/** Answers that cloudflared gives itself: nobody is reached. */
const OWN_ANSWER = /^(?:http_status:|hello_world$)/;

/** The rules of cloudflared in a ConfigMap that holds its configuration; none where it holds none. */
export function cloudflaredRules(owner: Located, { effort }: Surroundings): readonly EntranceRoute[] {
  const files = Object.entries(owner.data.data ?? {});
  return files.flatMap(([key, content]) => {
    if (typeof content !== 'string' || !/^ingress:/m.test(content)) return [];
    const [config] = readEmbedded(content, false).documents ?? [];
    const field = fieldPath('data', key);
    return items(at(config, 'ingress'), 'ingress').flatMap(({ data: rule }, index): EntranceRoute[] => {
      const target = text(rule.service) ?? '';
      if (target === '' || OWN_ANSWER.test(target)) return [];
      const hostname = text(rule.hostname);
      const path = text(rule.path) ?? '';
      const place = `ingress[${index}]`;
      const found = serviceAt(target);
      return [
        {
          owner,
          field,
          match: `${hostname ?? 'every host'}${path === '' ? '' : ` ${path}`}`,
          to: found === undefined ? target : `${found.namespace}/${found.service}:${found.port ?? 80}`,
          limitedBy: [],
          // Rules are tried in their order.
          instance: `${objectText(owner)} ${key}`,
          turn: { priority: -index, said: place, toBeBefore: `move it before ${place}` },
          ...cloudflaredRule(hostname, path, effort),
        },
      ];
    });
  });
}
