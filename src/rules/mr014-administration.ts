import { ADMINISTRATION, ANYTHING, opened } from './entrances/opened.ts';
import type { EntranceRoute } from './entrances/route.ts';
import { entranceRoutes } from './entrances/routes.ts';
import { finding, objects } from './reading/objects.ts';
import type { Rule, RuleInput } from './rule.ts';

const code = 'MR014';
const NAMED = '/_synapse/admin';

/** Finds routes that let strangers administer the homeserver. */
export const administrationRule: Rule = {
  code,
  title: 'No entrance leads strangers to the administration of the homeserver.',
  check: (input) =>
    exposing(input).map(({ owner, field }) => {
      const what = 'lets anyone reach /_synapse/admin, which controls the whole homeserver';
      const remedy =
        'name only the paths that people need; for administrators, use a route with ClientIP(`…`), or with a rendered middleware that has an ipAllowList or basicAuth, or kubectl port-forward';
      return finding(code, owner, field, what, remedy);
    }),
};

function exposing(input: RuleInput) {
  const wider = new Set(
    opened(input)
      .filter(({ paths, toHomeserver }) => toHomeserver && paths.includes(ADMINISTRATION))
      .map(({ route }) => `${route.owner.name} ${route.match} ${route.to}`),
  );
  return entranceRoutes(objects(input)).filter((route) => {
    // Who has to log in, or to come from an address that is listed, is no stranger.
    if (route.limitedBy.length > 0) return false;
    const hosts = route.hosts.length === 0 ? [''] : route.hosts;
    const accepts = hosts.some(
      (host) => route.accepts({ host, path: ADMINISTRATION, isStranger: true }) !== 'no',
    );
    const names = route.paths.some((path) => path.startsWith(NAMED)) || isForIt(route, hosts);
    return accepts && (names || wider.has(`${route.owner.name} ${route.match} ${route.to}`));
  });
}

/** True where it takes this path, and not any: who answers there is the homeserver. */
function isForIt({ accepts }: EntranceRoute, hosts: readonly string[]): boolean {
  return hosts.some(
    (host) =>
      accepts({ host, path: ADMINISTRATION }) === 'yes' &&
      ANYTHING.every((path) => accepts({ host, path }) === 'no'),
  );
}
