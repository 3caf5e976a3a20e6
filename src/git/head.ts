import type { GitFolder } from './place.ts';
import { GitUnread } from './unread.ts';

/** Bytes of a file that holds one reference. */
const REFERENCE = 4096;
/** Bytes of the list of packed references: some 70 for each. */
const PACKED_REFERENCES = 16 * 1024 * 1024;
/** References that name each other in a row. */
const MOST_STEPS = 5;

const ID = /^[0-9a-f]{40}$/;
/** The names that git itself allows and that lead nowhere else: https://git-scm.com/docs/git-check-ref-format. */
const NAME = /^refs\/(?!.*(?:\.\.|\/\.|\/\/))[^\s\\:?*[^~\p{Cc}]{1,500}$/u;

/**
 * The id of the last commit of what is checked out; undefined where nothing is committed yet.
 *
 * @throws GitUnread where the repository keeps it in another way
 */
export function headCommit(git: GitFolder): string | undefined {
  if (git.folder('reftable') !== undefined) throw new GitUnread('its references are in the reftable format');
  let text = git.read('HEAD', REFERENCE)?.toString('utf8').trim();
  for (let step = 0; step < MOST_STEPS; step++) {
    if (text === undefined) return undefined;
    if (ID.test(text)) return text;
    const name = /^ref: (.+)$/.exec(text)?.[1];
    if (name === undefined || !NAME.test(name))
      throw new GitUnread('its HEAD is in a format that is not known');
    text = git.read(name, REFERENCE)?.toString('utf8').trim() ?? packed(git, name);
  }
  throw new GitUnread('its references name each other');
}

function packed(git: GitFolder, name: string): string | undefined {
  const list = git.read('packed-refs', PACKED_REFERENCES);
  const line = list
    ?.toString('utf8')
    .split('\n')
    .find((one) => one.endsWith(` ${name}`));
  return line?.slice(0, 40);
}
