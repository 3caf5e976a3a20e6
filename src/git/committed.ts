import { type Allowance, damaged, tooLarge } from './bytes.ts';
import { headCommit } from './head.ts';
import { objectReader } from './objects.ts';
import { gitFolder } from './place.ts';

/** What is in a folder of the last commit, by name. */
export interface CommittedFolder {
  /** Names of its files, sorted as git sorts them. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** The bytes of a file. */
  read(file: string): Buffer;
  /** A folder in it. */
  open(folder: string): CommittedFolder;
}

/** Bytes that are made of one repository's objects in a run. */
const ALLOWANCE = 256 * 1024 * 1024;
/** Entries of one folder. */
const MOST_ENTRIES = 100_000;

const NOTHING: CommittedFolder = {
  files: [],
  folders: [],
  read: () => {
    throw damaged();
  },
  open: () => NOTHING,
};

/**
 * What the last commit of a checkout has at a path. Git itself is not started: a repository's configuration can name
 * programs that it runs. Only what is in the folder `.git` is read, and within bounds.
 *
 * @param checkout the folder that holds `.git`
 * @param path a folder in it, with forward slashes; empty for all of it
 * @returns an empty folder where nothing is committed there
 * @throws GitUnread where the repository keeps its objects in a way that is not known, or too many
 */
export function committedFolder(checkout: string, path: string): CommittedFolder {
  const git = gitFolder(checkout);
  const commit = headCommit(git);
  if (commit === undefined) return NOTHING;
  const allowance: Allowance = { left: ALLOWANCE };
  const object = objectReader(git, allowance);
  const { type, data } = object(commit);
  const root = /^tree ([0-9a-f]{40})\n/.exec(data.subarray(0, 64).toString('latin1'))?.[1];
  if (type !== 'commit' || root === undefined) throw damaged();

  const open = (id: string): CommittedFolder => {
    const tree = object(id);
    if (tree.type !== 'tree') throw damaged();
    const entries = entriesOf(tree.data);
    const named = (kind: 'file' | 'folder'): readonly string[] =>
      [...entries].flatMap(([name, entry]) => (entry.kind === kind ? [name] : []));
    return {
      files: named('file'),
      folders: named('folder'),
      read: (name) => {
        const entry = entries.get(name);
        if (entry?.kind !== 'file') throw damaged();
        return object(entry.id).data;
      },
      open: (name) => {
        const entry = entries.get(name);
        return entry?.kind === 'folder' ? open(entry.id) : NOTHING;
      },
    };
  };
  return path
    .split('/')
    .filter((part) => part !== '')
    .reduce((folder, part) => folder.open(part), open(root));
}

interface Entry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly id: string;
}

/** Modes of what is a file or a folder; links and submodules are neither. */
const KINDS: Readonly<Record<string, Entry['kind']>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'file',
  '40000': 'folder',
};

/** The entries of a tree: `mode name\0` and twenty bytes each. */
function entriesOf(data: Buffer): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const end = data.indexOf(0, space);
    if (space === -1 || end === -1 || end + 21 > data.length) throw damaged();
    if (entries.size >= MOST_ENTRIES) throw tooLarge();
    const kind = KINDS[data.subarray(at, space).toString('latin1')] ?? 'other';
    const id = data.subarray(end + 1, end + 21).toString('hex');
    entries.set(data.subarray(space + 1, end).toString('utf8'), { kind, id });
    at = end + 21;
  }
  return entries;
}
