import { sourceOf, sourcesOf } from '../../src/system/composed.ts';
import { type RemotePlace, remotePlaces } from '../../src/system/remote-secrets.ts';
import type { ComposedPart, SecretSpec } from '../../src/system/secrets.ts';

/** A value as an ExternalSecret fetches it. */
interface Fetched {
  /** The name that the template uses for it. Without a template it is the key in the Secret. */
  readonly secretKey: string;
  readonly remoteRef: RemotePlace;
}

/** Two dots in a row are in no key of ours, so that no own key has this name. */
function fetchedName(secret: SecretSpec, source: { readonly secret: string; readonly key: string }): string {
  return source.secret === secret.name ? source.key : `${source.secret}..${source.key}`;
}

/**
 * What an ExternalSecret takes from the store: its own keys, and those of other Secrets that files of it are composed of.
 *
 * @param remoteKey `secrets.remoteKey` of the stack file
 * @param stack the stack's name
 */
export function fetched(
  secrets: readonly SecretSpec[],
  secret: SecretSpec,
  remoteKey: string,
  stack: string,
): readonly Fetched[] {
  const own = Object.entries(remotePlaces(remoteKey, stack, secret)).map(([secretKey, remoteRef]) => ({
    secretKey,
    remoteRef,
  }));
  const others = secret.keys
    .flatMap((key) => sourcesOf(secret, key))
    .filter((source) => source.secret !== secret.name)
    .flatMap((source) => {
      const spec = secrets.find(({ name }) => name === source.secret);
      const remoteRef = spec === undefined ? undefined : remotePlaces(remoteKey, stack, spec)[source.key];
      return remoteRef === undefined ? [] : [{ secretKey: fetchedName(secret, source), remoteRef }];
    });
  return [...own, ...new Map(others.map((one) => [one.secretKey, one])).values()];
}

/**
 * The keys of a Secret as templates that the operator fills in; undefined where nothing is composed and all keys come as
 * they are.
 *
 * @see https://external-secrets.io/latest/guides/templating/
 */
export function template(secret: SecretSpec): Readonly<Record<string, string>> | undefined {
  if (secret.keys.every(({ form }) => form.kind !== 'composed')) return undefined;
  return Object.fromEntries(
    secret.keys.map(({ key, form }) => [
      key,
      form.kind === 'composed'
        ? form.parts.map((part) => action(secret, part)).join('')
        : action(secret, { key, as: 'text' }),
    ]),
  );
}

/** The operator's functions for a part. The one for queries writes a space as they do, which is a plus elsewhere. */
const FILTERS: Readonly<Record<Exclude<ComposedPart, string>['as'], string>> = {
  text: '',
  json: ' | toJson',
  url: ' | urlquery | replace "+" "%20"',
};

function action(secret: SecretSpec, part: ComposedPart): string {
  // A brace before an action would be taken for a part of it.
  if (typeof part === 'string') return part.replaceAll(/\{\{+|\{$/g, (braces) => `{{ "${braces}" }}`);
  const value = `index . "${fetchedName(secret, sourceOf(secret.name, part))}"`;
  return `{{ ${value}${FILTERS[part.as]} }}`;
}
