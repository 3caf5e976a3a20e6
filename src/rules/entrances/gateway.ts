import { at, list, text, texts } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import type { Answer, Request } from './expression.ts';
import { beginningsOf } from './expression.ts';
import { type Effort, regexp } from './regexp.ts';
import type { EntranceRoute, Surroundings } from './route.ts';

/** How the path of a request is compared, and how special that is. */
interface PathRule {
  readonly names: readonly string[];
  /** The same for requests that stand for all that it takes; undefined where that cannot be told. */
  readonly beginning: string | undefined;
  readonly isWhole: boolean;
  readonly special: number;
  fits(request: Request): Answer;
}

/** An exact path comes before any beginning, and longer beginnings before shorter ones. */
const EXACT = 1_000_000;

/**
 * The rules of an HTTPRoute that lead to Services; those that only redirect reach nobody.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export function httpRouteRules(owner: Located, { effort }: Surroundings): readonly EntranceRoute[] {
  const hosts = texts(at(owner.data, 'spec', 'hostnames')).map((host) => host.toLowerCase());
  const isHost = (asked: string): boolean =>
    hosts.length === 0 ||
    hosts.some((host) => (host.startsWith('*.') ? asked.endsWith(host.slice(1)) : asked === host));
  const named = hosts.filter((host) => !host.startsWith('*.'));
  return items(at(owner.data, 'spec', 'rules'), 'spec.rules').flatMap(({ data: rule }, index) => {
    const all = list(rule.matches).length === 0 ? [{}] : list(rule.matches);
    const paths = all.map((match) => ({ path: pathRule(at(match, 'path'), effort), isMore: hasMore(match) }));
    const said = paths.map(({ path }) => path.names.join(' ')).filter((one) => one !== '/');
    const field = `spec.rules[${index}]`;
    return items(rule.backendRefs, '').map(({ data: backend }): EntranceRoute => {
      const name = `${text(backend.namespace) ?? owner.namespace}/${text(backend.name) ?? ''}`;
      return {
        owner,
        field,
        match: [hosts.join(' ') || 'every host', ...said].join(' '),
        to: `${name}:${typeof backend.port === 'number' ? backend.port : 'no port'}`,
        hosts: named,
        paths: paths.flatMap(({ path }) => path.names),
        limitedBy: [],
        instance: `Gateway ${JSON.stringify(at(owner.data, 'spec', 'parentRefs') ?? [])}`,
        turn: {
          priority: Math.min(...paths.map(({ path }) => path.special)),
          said: 'the more special path comes first',
          toBeBefore: 'name a longer path',
        },
        accepts: (request) => {
          if (!isHost(request.host.toLowerCase())) return 'no';
          const answers = paths.map(({ path, isMore }) => {
            const answer = path.fits(request);
            return answer === 'yes' && isMore ? 'maybe' : answer;
          });
          return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no';
        },
        extent: () => {
          if (hosts.length === 0 || named.length < hosts.length) return [];
          const requests = paths.flatMap(({ path: { beginning, isWhole } }) =>
            beginning === undefined
              ? []
              : named.map((host) => ({ host, path: beginning, isBeginning: !isWhole })),
          );
          return requests.length === paths.length * named.length ? requests : [];
        },
      };
    });
  });
}

/** True where headers, parameters or the method decide too. */
function hasMore(match: unknown): boolean {
  return ['headers', 'queryParams', 'method'].some((key) => at(match, key) !== undefined);
}

function pathRule(path: unknown, effort: Effort): PathRule {
  const value = text(at(path, 'value')) ?? '/';
  const type = text(at(path, 'type')) ?? 'PathPrefix';
  if (type === 'Exact') {
    const fits = ({ path: asked, isBeginning = false }: Request): Answer =>
      isBeginning ? (value.startsWith(asked) ? 'maybe' : 'no') : asked === value ? 'yes' : 'no';
    return { names: [value], beginning: value, isWhole: true, special: EXACT, fits };
  }
  if (type === 'PathPrefix') {
    const whole = value.replace(/\/+$/, '');
    const fits = ({ path: asked, isBeginning = false }: Request): Answer => {
      if (asked.startsWith(`${whole}/`) || (asked === whole && !isBeginning)) return 'yes';
      return isBeginning && `${whole}/`.startsWith(asked) ? 'maybe' : 'no';
    };
    return {
      names: [value],
      beginning: whole === '' ? '/' : whole,
      isWhole: false,
      special: whole.length,
      fits,
    };
  }
  // Whether an expression is anchored differs between programs: it takes what it is found in, or less.
  const find = regexp(value, effort);
  return {
    names: beginningsOf(value),
    beginning: undefined,
    isWhole: false,
    special: 0,
    fits: ({ path: asked, isBeginning }) => (find(asked, isBeginning) === 'no' ? 'no' : 'maybe'),
  };
}
