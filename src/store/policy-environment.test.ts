import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { withEnvironment } from './policy-environment.ts';

const policy = (environment?: unknown) => ({
  kind: 'policy',
  ...(environment === undefined ? {} : { environment }),
  source: { type: 'activeDirectory' },
});

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
  }
  throw new Error('no failure');
}

describe('the environment of a policy file', () => {
  it.each([undefined, null, ''])('that names none (%j) is the one that is given', (named) => {
    expect(withEnvironment(policy(named), 'a.yaml', 'contoso')).toEqual(policy('contoso'));
  });

  it('must come from somewhere', () => {
    const failure = failureOf(() => withEnvironment(policy(), 'a.yaml', undefined));
    expect(failure).toMatchObject({
      code: 'environmentNeeded',
      details: { file: 'a.yaml', source: 'activeDirectory' },
    });
    expect(failure.facts.en.remedy).toContain('policy apply FILE --environment NAME');
  });

  it('that is named stays, and another one is refused: mailboxes of the first would be left', () => {
    expect(withEnvironment(policy('contoso'), 'a.yaml', undefined)).toEqual(policy('contoso'));
    expect(withEnvironment(policy('contoso'), 'a.yaml', 'contoso')).toEqual(policy('contoso'));
    expect(failureOf(() => withEnvironment(policy('contoso'), 'a.yaml', 'other')).code).toBe('usage');
  });

  it('is of policies alone; what is no policy at all is told by the schema', () => {
    for (const value of [{ kind: 'environment' }, 'text', null, [], { environment: 7 }])
      expect(withEnvironment(value, 'a.yaml', undefined)).toBe(value);
  });
});
