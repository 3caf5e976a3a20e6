import { bashText, inDoubleQuotes, shellWord } from '../plain/shell.ts';
import { sourceOf, sourcesOf } from '../system/composed.ts';
import {
  type ComposedPart,
  certificateHosts,
  SECRET_LABELS,
  type SecretKey,
  type SecretSpec,
  typeOf,
  type ValueForm,
} from '../system/secrets.ts';

/** The shell expression, run by bash, whose output becomes the value. Holds nothing secret itself. */
export function shellExpression(form: Exclude<ValueForm, { readonly kind: 'composed' }>): string {
  switch (form.kind) {
    case 'hex':
      // Without a newline: in an environment variable it would be a part of the password.
      return `openssl rand -hex ${form.bytes} | tr -d '\\n'`;
    case 'synapse-signing-key':
      // The seed of an Ed25519 key is any 32 random bytes; Synapse wants them in unpadded base64.
      return 'echo "ed25519 a_$(openssl rand -hex 2) $(openssl rand 32 | openssl base64 -A | tr -d =)"';
    case 'livekit-keys':
      return `echo "${inDoubleQuotes(form.apiKey)}: $(openssl rand -hex 32)"`;
    case 'private-key':
      return form.algorithm === 'rsa-3072'
        ? 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072'
        : 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256';
    case 'entered':
      return 'cat FILE';
    case 'given':
      return form.pem === 'certificate' ? 'cat CHAIN.pem' : 'cat KEY.pem';
  }
}

/** In the order in which they can be made: what is composed of values of others after those. */
export function inOrder(secrets: readonly SecretSpec[]): readonly SecretSpec[] {
  const ordered: SecretSpec[] = [];
  let left = secrets;
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const isReady = (secret: SecretSpec): boolean =>
      secret.keys.every((key) =>
        sourcesOf(secret, key).every((source) => source.secret === secret.name || !names.has(source.secret)),
      );
    const ready = left.filter(isReady);
    // Two that need each other have no order.
    ordered.push(...(ready.length === 0 ? left : ready));
    left = ready.length === 0 ? [] : left.filter((one) => !ready.includes(one));
  }
  return ordered;
}

/**
 * The commands that make a Secret in the cluster, the same in each of its namespaces. Values are made where they run and
 * stand nowhere else.
 *
 * @param secrets all of the stack, for values of others that a file is composed of
 */
export function createCommand(secret: SecretSpec, secrets: readonly SecretSpec[]): readonly string[] {
  const { name, places, keys } = secret;
  if (certificateHosts(secret) !== undefined) {
    return places.flatMap(({ namespace }) => [
      `kubectl -n ${shellWord(namespace)} create secret tls ${shellWord(name)} --cert=CHAIN.pem --key=KEY.pem`,
      ...labelCommand(secret, shellWord(namespace)),
    ]);
  }
  const [main, ...others] = places;
  const isOnce = others.length === 0 && keys.every(({ form }) => form.kind !== 'composed');
  // What is used more than once is made once, and held by the shell alone.
  const variables = keys.flatMap(({ form }, index) =>
    isOnce || form.kind === 'composed' ? [] : [`VALUE_${index + 1}=$(${shellExpression(form)})`],
  );
  const type = secret.type === undefined ? '' : ` --type=${typeOf(secret)}`;
  const create = (namespace: string, indent = ''): readonly string[] => [
    `${indent}kubectl -n ${namespace} create secret generic ${shellWord(name)}${type} \\`,
    ...keys.map((key, index) => {
      const output =
        isOnce && key.form.kind !== 'composed'
          ? shellExpression(key.form)
          : printed(secret, key, index, secrets);
      return `${indent}  --from-file=${shellWord(key.key)}=<(${output})${index === keys.length - 1 ? '' : ' \\'}`;
    }),
    ...labelCommand(secret, namespace).map((line) => `${indent}${line}`),
  ];
  if (others.length === 0) return [...variables, ...create(shellWord(main.namespace))];
  return [
    ...variables,
    `for namespace in ${places.map(({ namespace }) => shellWord(namespace)).join(' ')}; do`,
    ...create('"$namespace"', '  '),
    'done',
  ];
}

/** @param namespace as a word of the shell */
function labelCommand({ name, labels = [] }: SecretSpec, namespace: string): readonly string[] {
  const words = labels.map((label) => shellWord(`${label}=${SECRET_LABELS[label]}`));
  return words.length === 0
    ? []
    : [`kubectl -n ${namespace} label secret ${shellWord(name)} ${words.join(' ')}`];
}

function printed(
  secret: SecretSpec,
  { form }: SecretKey,
  index: number,
  secrets: readonly SecretSpec[],
): string {
  if (form.kind !== 'composed') return `printf %s "$VALUE_${index + 1}"`;
  const words = form.parts.map((part) =>
    typeof part === 'string' ? bashText(part) : valueWord(secret, part, secrets),
  );
  return `printf %s ${words.join(' ')}`;
}

/** The value of a key as a word of bash: of this Secret in a variable, of another one out of the cluster. */
function valueWord(
  secret: SecretSpec,
  part: Exclude<ComposedPart, string>,
  secrets: readonly SecretSpec[],
): string {
  const source = sourceOf(secret.name, part);
  const spec = secrets.find(({ name }) => name === source.secret) ?? secret;
  const index = spec.keys.findIndex(({ key }) => key === source.key);
  const value =
    source.secret === secret.name
      ? `printf %s "$VALUE_${index + 1}"`
      : `kubectl -n ${shellWord(spec.places[0].namespace)} get secret ${shellWord(source.secret)} -o ${shellWord(`jsonpath={.data.${source.key.replaceAll('.', '\\.')}}`)} | base64 -d`;
  const isPlain = spec.keys[index]?.form.kind === 'hex';
  if (part.as === 'json' && !isPlain) return `"$(${value} | jq -Rs .)"`;
  if (part.as === 'url' && !isPlain) return `"$(${value} | jq -Rrs @uri)"`;
  const word = source.secret === secret.name ? `$VALUE_${index + 1}` : `$(${value})`;
  return part.as === 'json' ? `'"'"${word}"'"'` : `"${word}"`;
}
