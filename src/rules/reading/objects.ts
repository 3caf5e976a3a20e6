import { knowledgeOf } from '../../kinds/index.ts';
import type { KindKey, KindKnowledge } from '../../kinds/kind.ts';
import { at, type Data, data, text } from '../../plain/data.ts';
import { groupOf, type ObjectId } from '../../stack/manifest.ts';
import type { Finding, RuleInput } from '../rule.ts';
import { pathOf } from './data.ts';

/** An object and the file it is in. Its id is empty in the parts that the object lacks. */
export interface Located extends ObjectId {
  readonly file: string;
  readonly data: Data;
  readonly apiVersion: string;
  /** What is special about its kind; undefined for a kind of which nothing is known. */
  readonly knowledge: KindKnowledge | undefined;
}

/** Every object of the files. kustomization.yaml files are read by kustomize only: no rule looks at them. */
export function objects(input: RuleInput): readonly Located[] {
  let found = known.get(input);
  if (found === undefined) {
    found = input.files.flatMap(({ path, manifests }) =>
      manifests
        .map((manifest) => locate(path, manifest))
        .filter((it) => it.group !== 'kustomize.config.k8s.io'),
    );
    known.set(input, found);
  }
  return found;
}

/** Every rule asks for the same objects. */
const known = new WeakMap<RuleInput, readonly Located[]>();

/** The objects of a kind, of whatever version of its group. */
export function ofKind(all: readonly Located[], key: KindKey): readonly Located[] {
  const slash = key.indexOf('/');
  return all.filter((it) => it.kind === key.slice(slash + 1) && it.group === key.slice(0, slash));
}

/** A finding on an object. `field` is empty when it concerns the object as a whole. */
export function finding(
  code: string,
  { file, data: object, group, kind, namespace, name }: Located,
  field: string,
  what: string,
  remedy: string,
): Finding {
  return {
    code,
    file,
    object: { group, kind, namespace, name },
    path: pathOf(object, field),
    ...(field === '' ? {} : { field }),
    what,
    remedy,
  };
}

function locate(file: string, manifest: unknown): Located {
  const object = data(manifest);
  const apiVersion = text(object.apiVersion) ?? '';
  const group = groupOf(apiVersion);
  const kind = text(object.kind) ?? '';
  return {
    file,
    data: object,
    apiVersion,
    group,
    kind,
    knowledge: knowledgeOf(group, kind),
    name: text(at(object, 'metadata', 'name')) ?? '',
    namespace: text(at(object, 'metadata', 'namespace')) ?? '',
  };
}
