import { describe, expect, it } from 'vitest';
import { checkFileName, checkSecretFileName } from '../../../src/stack/file-names.ts';

describe('the name of a file with a Secret', () => {
  it.each(['token.yaml', 'token@calls.yaml', 'a.b-c@x-1.yml', `${'a'.repeat(123)}@${'n'.repeat(63)}.yaml`])(
    'can be %s',
    (name) => {
      expect(checkSecretFileName(`chat.secrets/${name}`)).toEqual([]);
    },
  );

  it.each([
    'a@b@c.yaml',
    '@calls.yaml',
    'token@.yaml',
    'token@Calls.yaml',
    'token@calls.x.yaml',
    `a@${'n'.repeat(64)}.yaml`,
    'a b.yaml',
    'a@b\n.yaml',
  ])('cannot be %j', (name) => {
    const [problem, ...others] = checkSecretFileName(`chat.secrets/${name}`);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'MG043' });
  });

  it('says no namespace where it is a stack file', () => {
    expect(checkFileName('stacks/chat@calls.yaml')).toHaveLength(1);
    expect(checkFileName('stacks/chat.yaml')).toEqual([]);
  });
});
