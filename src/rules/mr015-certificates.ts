import { CERTIFICATE } from '../kinds/keys.ts';
import { at, text, texts } from '../plain/data.ts';
import type { EntranceRoute } from './entrances/route.ts';
import { entranceRoutes } from './entrances/routes.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import type { Finding, Rule } from './rule.ts';

const code = 'MR015';

/** Checks that each certificate is valid for the hosts that are served with it. */
export const certificatesRule: Rule = {
  code,
  title: 'Every certificate is valid for the hosts that are served with it.',
  check(input) {
    const all = objects(input);
    const routes = entranceRoutes(all);
    return ofKind(all, CERTIFICATE).flatMap((one) => checkCertificate(one, routes));
  },
};

function checkCertificate(certificate: Located, routes: readonly EntranceRoute[]): readonly Finding[] {
  const { namespace, data } = certificate;
  const secret = text(at(data, 'spec', 'secretName'));
  if (secret === undefined) return [];
  const names = [...texts(at(data, 'spec', 'dnsNames')), text(at(data, 'spec', 'commonName')) ?? ''];
  const served = routes
    .filter((route) => route.owner.namespace === namespace && route.certificate === secret)
    .flatMap(({ hosts }) => hosts);
  const missing = [...new Set(served)].filter((host) => !names.some((name) => covers(name, host)));
  if (missing.length === 0) return [];
  const what = `does not name ${missing.join(', ')}, which is served with it: browsers and other homeservers would refuse it`;
  return [finding(code, certificate, 'spec.dnsNames', what, `add ${missing.join(', ')}`)];
}

/** A star covers one level. */
function covers(name: string, host: string): boolean {
  const [wanted, asked] = [name.toLowerCase(), host.toLowerCase()];
  return (
    wanted === asked || (wanted.startsWith('*.') && asked.slice(asked.indexOf('.') + 1) === wanted.slice(2))
  );
}
