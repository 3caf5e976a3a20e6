import type { Data } from '../../plain/data.ts';
import type { Located } from '../reading/objects.ts';
import type { Answer, Request } from './expression.ts';
import type { Effort } from './regexp.ts';

/** What an entrance passes on, and to whom. */
export interface EntranceRoute {
  readonly owner: Located;
  /** The part of the object that decides which requests. */
  readonly field: string;
  /** Which requests, as the object says it. */
  readonly match: string;
  /** To whom: `namespace/service:port`, or what else the object names. */
  readonly to: string;
  readonly hosts: readonly string[];
  /** Paths that it names, in full or by their beginning. */
  readonly paths: readonly string[];
  /** Names of the middlewares that let only some people through, as far as they are known. */
  readonly limitedBy: readonly string[];
  /** The Secret whose certificate is served with it, in the namespace of the object. @default - none, or not known */
  readonly certificate?: string;
  /** The part of the object that encrypts it, where it lacks that. @default - it is encrypted, or that is not known */
  readonly plain?: string;
  /** Who takes the requests in: routes of different ones never compete. */
  readonly instance: string;
  /** Where requests come in; none where that is not known. @default - wherever the entrance has them by its own settings */
  readonly entryPoints?: readonly string[];
  readonly turn: Turn;
  accepts(request: Request): Answer;
  /**
   * Requests that stand for all that it lets through, and perhaps for more: whoever accepts these accepts everything
   * that it does. None where that cannot be told.
   */
  extent(): readonly Request[];
}

/** When a route is asked, among those with the same entry point. */
export interface Turn {
  /** The higher number comes first; of two with the same number nobody knows which does. */
  readonly priority: number;
  /** The same for people: `priority 70`. */
  readonly said: string;
  /** What to write in another route, so that it comes before this one. */
  readonly toBeBefore: string;
}

/** What readers of routes need besides the object. */
export interface Surroundings {
  /** Numbers of the ports of Services, by `namespace/service:name`. */
  readonly ports: ReadonlyMap<string, number>;
  readonly effort: Effort;
  /** The middlewares of a route that let only some people through: see `limitsAmong`. */
  readonly limits: (owner: Located, route: Data) => readonly string[];
}
