import { valueAt } from '../../../src/plain/data.ts';
import { suggestion } from '../../../src/plain/nearest.ts';
import { secretByForm } from '../../../src/plain-secrets/forms.ts';
import { isLiteral, isSecretName } from '../../../src/plain-secrets/names.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { ownCommand } from '../../../src/stack/own-command.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { contentsOf, type FragmentContents } from '../../../src/system/secret-config.ts';
import { COMPONENT_NAMES, components } from '../../index.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';
import type { Check } from './check.ts';
import { variableFindings } from './secret-variables.ts';

const REFERENCE = '{fromSecret: NAME, key: KEY}';

/** A fragment with values of Secrets names Secrets that are there, holds none itself, and hides nothing rendered. */
export const checkSecretConfig: Check = (written, stack) =>
  COMPONENT_NAMES.flatMap((name) =>
    components[name].secretConfigs.flatMap((config) => {
      const path = [name, ...config.at];
      const fragment = valueAt(written, path);
      if (fragment === undefined) return [];
      const contents = contentsOf(fragment);
      const plain = literals(path, contents);
      const additions = [name, ...config.plain];
      return [
        ...malformed(path, contents),
        ...plain,
        ...(config.kind === 'file'
          ? [
              ...unknown(path, contents, config.secret, stack),
              ...collisions(path, fragment, additions, config.rendered(stack.offers), written),
            ]
          : variableFindings({ path, contents, additions, secrets: plain, config, written })),
        // Whoever wrote a secret here must not be sent to where there are none.
        ...(plain.length > 0 ? [] : withoutSecret(path, contents, additions)),
      ];
    }),
  );

/** `{fromSecret: …}` in a plain addition would be written out as it is, and no program knows it. */
export const checkPlainConfig: Check = (written) =>
  COMPONENT_NAMES.flatMap((name) => {
    const { additions, secretConfigs } = components[name];
    return additions.flatMap(({ at, takesSecrets }): readonly CheckFinding[] => {
      if (takesSecrets === true) return [];
      const secret = secretConfigs.find(({ plain }) => dotted(plain) === dotted(at));
      const path = [name, ...at];
      const { references, malformed } = contentsOf(valueAt(written, path));
      return [...references.map((one) => one.at), ...malformed].map((inner) => ({
        code: 'MG101',
        at: [...path, ...inner],
        what: `${dotted([...path, ...inner])} refers to a Secret, which ${dotted(path)} does not support`,
        remedy:
          secret === undefined
            ? 'remove it: anyone can read this configuration'
            : `write it in ${dotted([name, ...secret.at])}`,
      }));
    });
  });

function malformed(path: Path, contents: FragmentContents): readonly CheckFinding[] {
  return contents.malformed.map((at) => ({
    code: 'MG101',
    at: [...path, ...at],
    what: `${dotted([...path, ...at])} does not name a key of a Secret`,
    remedy: `write ${REFERENCE}, and nothing else in these braces`,
  }));
}

function unknown(
  path: Path,
  { references }: FragmentContents,
  composed: string,
  stack: Stack,
): readonly CheckFinding[] {
  return references.flatMap(({ at, secret, key }): readonly CheckFinding[] => {
    const here = stack.secrets.filter(
      ({ name, places }) =>
        name !== composed && places.some(({ namespace }) => namespace === stack.namespace),
    );
    const spec = here.find(({ name }) => name === secret);
    const found = spec?.keys.find((one) => one.key === key);
    if (found !== undefined && found.form.kind !== 'composed') return [];
    const what =
      spec === undefined
        ? `the stack has no Secret "${secret}"`
        : `the Secret "${secret}" has no key "${key}" with a value of its own`;
    const known =
      spec?.keys.filter(({ form }) => form.kind !== 'composed').map((one) => one.key) ??
      here.map(({ name }) => name);
    const meant = suggestion(spec === undefined ? secret : key, known);
    return [
      {
        code: 'MG101',
        at: [...path, ...at],
        what,
        remedy: `${meant}declare it: secrets: {own: {${secret}: {${key}: {}}}}, and enter its value with ${ownCommand('secrets create')}`,
      },
    ];
  });
}

function literals(path: Path, contents: FragmentContents): readonly CheckFinding[] {
  return contents.literals.flatMap(({ at, value }): readonly CheckFinding[] => {
    const name = at.findLast((step): step is string => typeof step === 'string') ?? '';
    const isSecret =
      (isSecretName(name) && isLiteral(value)) ||
      (typeof value === 'string' && secretByForm(value) !== undefined);
    if (!isSecret) return [];
    return [
      {
        code: 'MG102',
        at: [...path, ...at],
        what: `${dotted([...path, ...at])} holds a secret in plain text`,
        remedy: `write ${REFERENCE} instead, declare the Secret in secrets.own, and replace the value where it comes from if this file was ever committed`,
      },
    ];
  });
}

function collisions(
  path: Path,
  fragment: unknown,
  plain: Path,
  rendered: readonly string[],
  written: StackFile,
): readonly CheckFinding[] {
  const keysOf = (value: unknown): readonly string[] =>
    typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const added = keysOf(valueAt(written, plain));
  return keysOf(fragment).flatMap((key): readonly CheckFinding[] => {
    const at = [...path, key];
    if (rendered.includes(key)) {
      return [
        {
          code: 'MG103',
          at,
          what: `${dotted(at)} would replace the whole rendered ${key}: the program reads it from one file only`,
          remedy: `remove it; options without a secret can be added to ${key} in ${dotted(plain)}`,
        },
      ];
    }
    if (!added.includes(key)) return [];
    return [
      {
        code: 'MG103',
        at,
        other: [...plain, key],
        what: `${dotted(at)} would replace the whole ${dotted([...plain, key])}: the program reads it from one file only`,
        remedy: `write all of ${key} in ${dotted(path)}`,
      },
    ];
  });
}

function withoutSecret(path: Path, contents: FragmentContents, plain: Path): readonly CheckFinding[] {
  if (contents.references.length > 0 || contents.malformed.length > 0) return [];
  return [
    {
      code: 'MG101',
      at: path,
      what: `nothing in ${dotted(path)} comes from a Secret`,
      remedy: `write it in ${dotted(plain)}, or write ${REFERENCE} where a secret belongs`,
    },
  ];
}
