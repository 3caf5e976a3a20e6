import { SERVICE } from '../kinds/keys.ts';
import { at } from '../plain/data.ts';
import { objectKey } from '../stack/manifest.ts';
import { isEverything, type Opened, opened } from './entrances/opened.ts';
import type { EntranceRoute } from './entrances/route.ts';
import { entranceRoutes } from './entrances/routes.ts';
import { items } from './reading/data.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import type { Finding, Rule, RuleInput } from './rule.ts';

const code = 'MR013';

/** Finds routes that somebody has made wider than they were. */
export const entrancesRule: Rule = {
  code,
  title: 'Entrances open no more than the stack needs.',
  policy: true,
  isAboutOpening: true,
  check: (input) => [
    ...opened(input).map((one) =>
      finding(code, one.route.owner, one.route.field, whatOf(one), 'name only the paths that people need'),
    ),
    ...unprotected(input),
    ...services(input),
  ],
};

/** Routes that became readable on the way, or that answer where they did not: once for each object. */
function unprotected(input: RuleInput): readonly Finding[] {
  if (input.before === undefined) return [];
  const earlier = byOwner(entranceRoutes(objects({ files: input.before, promisedSecrets: [] })));
  return [...byOwner(entranceRoutes(objects(input)))].flatMap(([key, routes]) => {
    const before = earlier.get(key) ?? [];
    // Services of the entrance itself, such as those that redirect, have an `@`.
    const plain = routes.find((one) => one.plain !== undefined && !one.to.includes('@'));
    const [route] = routes;
    const points = before.flatMap(({ entryPoints = [] }) => entryPoints);
    const added = (route?.entryPoints ?? []).filter((one) => !points.includes(one));
    return [
      ...(plain?.plain === undefined || before.some((one) => one.plain !== undefined)
        ? []
        : [
            finding(
              code,
              plain.owner,
              plain.plain,
              'is not set: passwords and messages are readable on the way, unless the entry point encrypts by itself',
              'name the Secret of a certificate',
            ),
          ]),
      ...(route === undefined || points.length === 0 || added.length === 0
        ? []
        : [
            finding(
              code,
              route.owner,
              'spec.entryPoints',
              `adds ${added.join(', ')}: whoever reaches that entry point reaches ${route.to}, and one for plain HTTP encrypts nothing`,
              `write ${[...new Set(points)].join(', ')}`,
            ),
          ]),
    ];
  });
}

function byOwner(routes: readonly EntranceRoute[]): ReadonlyMap<string, readonly EntranceRoute[]> {
  const found = new Map<string, EntranceRoute[]>();
  for (const route of routes) {
    const key = objectKey(route.owner);
    found.set(key, [...(found.get(key) ?? []), route]);
  }
  return found;
}

function services(input: RuleInput): readonly Finding[] {
  if (input.before === undefined) return [];
  const earlier = ofKind(objects({ files: input.before, promisedSecrets: [] }), SERVICE);
  const before = new Map(earlier.map((one) => [objectKey(one), one]));
  return ofKind(objects(input), SERVICE).flatMap((service) => [
    ...checkService(service, before.get(objectKey(service))),
    ...checkTarget(service, before.get(objectKey(service))),
  ]);
}

/** Entrances name Services: who answers behind the same name must not become somebody else. */
function checkTarget(service: Located, before: Located | undefined): readonly Finding[] {
  if (before === undefined) return [];
  const selector = (one: Located): string => JSON.stringify(at(one.data, 'spec', 'selector'));
  const ports = new Map(items(at(before.data, 'spec', 'ports'), '').map(({ data }) => [data.port, data]));
  const moved = items(at(service.data, 'spec', 'ports'), 'spec.ports').filter(({ data }) => {
    const old = ports.get(data.port);
    return old !== undefined && (old.targetPort ?? old.port) !== (data.targetPort ?? data.port);
  });
  const remedy = 'leave it as it was';
  return [
    ...(selector(service) === selector(before)
      ? []
      : [
          finding(
            code,
            service,
            'spec.selector',
            'leads to other pods: requests that entrances let in for one program then reach another',
            remedy,
          ),
        ]),
    ...moved.map(({ path }) =>
      finding(code, service, `${path}.targetPort`, 'leads to another port of the pods', remedy),
    ),
  ];
}

/** Services are for the cluster: what comes from outside comes through an entrance, or to a port of a node. */
function checkService(service: Located, before: Located | undefined): readonly Finding[] {
  const type = at(service.data, 'spec', 'type');
  // One that an entrance needs so was so before.
  if (type !== undefined && type === at(before?.data, 'spec', 'type')) return [];
  const addresses = at(service.data, 'spec', 'externalIPs');
  const found = (field: string, what: string): Finding =>
    finding(
      code,
      service,
      field,
      `${what}: the Service can then be reached without the entrances`,
      'remove it',
    );
  return [
    ...(type === 'NodePort' || type === 'LoadBalancer' ? [found('spec.type', `is ${type}`)] : []),
    ...(Array.isArray(addresses) && addresses.length > 0 ? [found('spec.externalIPs', 'is set')] : []),
  ];
}

function whatOf(opened: Opened): string {
  const { limitedBy } = opened.route;
  const limits = limitedBy.length === 0 ? '' : `, limited by the middleware ${limitedBy.join(' and ')}`;
  return `${opening(opened)}${limits}`;
}

function opening({ route, paths, anyHost }: Opened): string {
  if (anyHost) return `answers for every host of the entrance, and leads to ${route.to}`;
  if (paths.length === 0) return `leads to ${route.to}, which no entrance would lead to without it`;
  if (isEverything(paths)) return `opens the whole host: every path leads to ${route.to}`;
  const named = paths.filter((path) => route.paths.includes(path));
  const shown = (named.length > 0 ? named : paths).slice(0, 3).join(', ');
  return `opens more paths, such as ${shown}, which lead to ${route.to}`;
}
