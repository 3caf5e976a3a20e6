import { describe, it } from 'vitest';
import { secretsIn } from '../../src/rules/secrets/inspect.ts';

describe('MR008 on long texts', () => {
  const LENGTH = 200_000;
  const long = (part: string): string => part.repeat(LENGTH / part.length);

  // Anything worse than linear would take minutes: the test's own limit is enough.
  it.each([
    ...['a', 'A', '=', ':', '/', '-', '@', '\n', ' ', '"', '#', '$', '{', '[', '\\'],
    ...[
      'a:',
      'a@',
      '://',
      'a://',
      'http://a:',
      'http://a:b',
      '?a=',
      '&token',
      '-----BEGIN ',
      'LS0tLS1CRUdJTi',
    ],
    ...[
      'eyJ',
      ' eyJ',
      'sk-',
      ' sk-',
      ' syt_a_',
      'ed25519 a ',
      '$2a$',
      ':AA',
      'a: b\n',
      '- a\n',
      '- ',
      '"a:',
      "'a: ",
    ],
    ...[
      'authorization: bearer ',
      'password',
      'password=',
      'password ',
      '--password ',
      'machine a ',
      '${A}',
      '$A',
    ],
    ...['a_', 'aB', 'AB', 'a/', 'a.', 'a-', '=\n', 'AAAA\n', '\t\n', ' #\n', '# a: b\n', '{{a}}', '$(cat /'],
  ])('takes 200 kB of %j', (part) => {
    const text = long(part);
    const object = {
      data: { x: text, y: `token=${text}!`, z: `a: ${text}!\nb: 1` },
      args: [text, `${text}!`],
      [text]: 'x',
    };
    secretsIn({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...object });
  });
});
