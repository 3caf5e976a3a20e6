import { flowWord } from '../stack/flow-word.ts';
import { WRITE_WHY } from '../system/accept.ts';
import type { Difference } from './compare.ts';
import { GONE, isUnwritten } from './facts.ts';

/** What is wrong, and what to do about it. */
export interface Words {
  readonly what: string;
  readonly remedy: string;
}

/** What more is known about a stack than its objects say. */
export interface Around {
  /** Where the old objects were found: `dist/` or `dist/ of the last commit`. */
  readonly where: string;
  /** The folder of ciphertext of the stack's old name, where there is one. */
  readonly orphanedSecrets: string | undefined;
  /** The section that the stack file no longer has, where an object is gone with it. */
  readonly missingSection: string | undefined;
}

/** A difference in words, with the entry of `accept` that lets it pass. */
export function wordsOf(difference: Difference, around: Around): Words {
  const { what, remedy } = explained(difference, around);
  return { what, remedy: `${remedy}; if you mean it, add under accept: ${entryText(difference)}` };
}

/**
 * An entry of `accept`, to paste.
 *
 * @example - {code: MG071, object: Cluster/chat/matrix-db, from: "20Gi", to: "10Gi", why: "…"}
 */
export function entryText({ code, object, from, to }: Difference): string {
  return `- {code: ${code}, object: ${flowWord(object)}, from: ${flowWord(from)}, to: ${flowWord(to)}, why: "${WRITE_WHY.change}"}`;
}

function explained(difference: Difference, { where, orphanedSecrets, missingSection }: Around): Words {
  const { code, object, from, to, field } = difference;
  const path = field.join('.');
  switch (code) {
    case 'MG070':
      return {
        what: `the server name is "${from}" in ${where}, and would become "${to}": every user, room and signature belongs to the old one, and nobody could log in any more`,
        remedy: `write serverName: ${from} again, or give the new server a stack file of its own`,
      };
    case 'MG071':
      if (to === GONE) {
        return {
          what: `${object} no longer sets the size of its volume (${path}); in ${where} it is ${from}`,
          remedy: `write ${from} or more`,
        };
      }
      return {
        what: `${object} has ${from} in ${where}, and would shrink to ${to}: a volume can only grow, so the cluster refuses the change and stops updating the stack`,
        remedy: `write ${from} or more`,
      };
    case 'MG072':
      return {
        what: `the volume of ${object} has "${from}" in ${where}, and would get "${to}" (${path}): a volume never moves by itself, so the change is refused, does nothing, or replaces it with an empty volume`,
        remedy: `${wasUnwritten(difference) ? 'remove storageClass' : `write "${from}" again`}, or copy the data to a new volume first`,
      };
    case 'MG073':
      return majorWords(difference, where);
    case 'MG074':
      return {
        what: `${object} runs Synapse ${from} in ${where}, and would go back to ${to}: Synapse may have changed its database since, and an older release then refuses to start or damages it`,
        remedy: `write ${from} or newer in versions.yaml; read the upgrade notes of Synapse before you go back, and take a backup`,
      };
    case 'MG075':
      return nameWords(difference, where, orphanedSecrets);
    case 'MG076':
      return {
        what:
          path === 'kind'
            ? `${object} would become a ${to} of the same name: both would run at once until the old one is removed, and write to the same volumes`
            : `the selector of ${object} is "${from}" in ${where}, and would become "${to}": it cannot be changed, so the cluster refuses the object`,
        remedy: `put it back, or remove the old one yourself first: kubectl delete --cascade=orphan`,
      };
    case 'MG077':
      return {
        what: `${object} is in ${where} and would no longer be rendered, but it holds data that no commit brings back: Flux leaves it in the cluster, where nothing describes it any more; other tools delete it`,
        remedy: `${missingSection === undefined ? 'undo the change that removes it' : `write ${missingSection}: again, which this stack file no longer has`}, or take a backup and remove the object yourself later`,
      };
    case 'MG140':
      return {
        what: `${object} has "${from}" in ${where}, and would get "${to}" (${path}): this is fixed when the database is created, so the cluster refuses or ignores the change, and programs look for a database that does not exist`,
        remedy: `write "${from}" again, or dump the data and restore it into a new database first`,
      };
  }
}

function wasUnwritten({ code, from, manifest }: Difference): boolean {
  return manifest !== undefined && isUnwritten({ code, value: from }, manifest);
}

function majorWords({ object, from, to }: Difference, where: string): Words {
  const what = `${object} runs PostgreSQL ${from} in ${where}, and would run ${to}`;
  const back = `write an image of PostgreSQL ${from} in versions.yaml`;
  if (Number(to) < Number(from)) {
    return {
      what: `${what}: an older PostgreSQL cannot read the files of a newer one`,
      remedy: `${back}; the only way back is to dump the database and restore it into a new Cluster`,
    };
  }
  return {
    what: `${what}: a new major version has to convert all files of the database, and there is no way back`,
    remedy: `${back}, or say in accept how you upgrade: take a backup, stop Synapse, change nothing else in the same commit, and let CloudNativePG (1.26 or newer) convert the files, or restore a dump`,
  };
}

function nameWords({ object, from, to }: Difference, where: string, orphaned: string | undefined): Words {
  const isStack = object.startsWith('Stack/');
  const thing = isStack ? 'name of the stack' : 'namespace';
  const values =
    orphaned === undefined
      ? 'its Secrets can be opened only in their old namespace'
      : `${orphaned}/ holds the keys of this server and would be used by no stack`;
  return {
    what: `the ${thing} is "${from}" in ${where}, and would become "${to}": the database, the volumes and the signing key stay behind under the old one, and an empty server takes its place; ${values}`,
    remedy: `write ${isStack ? 'name' : 'namespace'}: ${from} again; to move for good, copy database and volumes first, and keep the same keys${orphaned === undefined ? ' (secrets reseal --from-escrow)' : `: move ${orphaned}/ to the new name, and seal the values for it (secrets reseal --from-escrow)`}`,
  };
}
