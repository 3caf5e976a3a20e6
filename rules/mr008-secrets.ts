import { data, items, text, walk } from './reading/data.ts';
import { finding, type Located, objects } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import { isSopsEncrypted } from './reading/sops.ts';
import type { Finding, Rule } from './rule.ts';
import { secretsInText } from './secrets/config-text.ts';
import { isLiteral, isSecretVariable, passwordInUrl, privateKey } from './secrets/words.ts';

const code = 'MR008';

/** Finds secrets that would be committed in the clear. What it says never repeats a value. */
export const secretsRule: Rule = {
  code,
  title: 'No secret stands in the rendered files.',
  check(input) {
    const all = objects(input);
    const variables = podTemplates(all).flatMap(({ owner, containers }) =>
      containers.flatMap(({ data: container, path }) =>
        items(container.env, `${path}.env`).flatMap((env) => {
          if (!isSecretVariable(text(env.data.name) ?? '') || !isLiteral(env.data.value)) return [];
          const what = 'holds a secret as a plain value';
          return [
            finding(
              code,
              owner,
              `${env.path}.value`,
              what,
              'use valueFrom.secretKeyRef, or a file and its path',
            ),
          ];
        }),
      ),
    );
    return [...variables, ...all.flatMap(checkObject)];
  },
};

function checkObject(located: Located): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (field: string, what: string, remedy: string): void => {
    findings.push(finding(code, located, field, what, remedy));
  };
  if (located.group === '' && located.kind === 'Secret') {
    if (isSopsEncrypted(located)) return [];
    for (const field of ['data', 'stringData']) {
      if (Object.keys(data(located.data[field])).length > 0) {
        report(field, 'would be committed in the clear', 'seal or encrypt it, or let another system make it');
      }
    }
    return findings;
  }
  walk(located.data, '', (value, path) => {
    if (typeof value !== 'string') return;
    if (privateKey.test(value)) report(path, 'holds a private key', 'move it to a Secret');
    // Most texts hold no URL, and looking for one letter by letter is slow.
    if (value.includes('://') && passwordInUrl.test(value))
      report(path, 'holds a URL with a password', 'move the URL to a Secret');
  });
  if (located.group === '' && located.kind === 'ConfigMap') {
    for (const [key, content] of Object.entries(data(located.data.data))) {
      if (typeof content !== 'string') continue;
      for (const { what, remedy } of secretsInText(key, content)) report(`data["${key}"]`, what, remedy);
    }
  }
  return findings;
}
