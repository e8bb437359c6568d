// What counts as an answer of Graph at all.

import { describe, expect, it } from 'vitest';
import { isSuccess } from './answer.ts';
import { graphFailure } from './failures.ts';

const answer = (status: number, body: unknown) => ({ status, headers: {}, body, requestId: undefined });
const page = '<!DOCTYPE html><html><body>Proxy: sign in.</body></html>';

describe('a page of somebody between us and Graph', () => {
  it('is no success, whatever its status', () => {
    expect(isSuccess(answer(200, page))).toBe(false);
    expect(isSuccess(answer(200, {}))).toBe(true);
    expect(isSuccess(answer(204, undefined))).toBe(true);
  });

  it('is no refusal by Graph either', () => {
    expect(graphFailure(answer(200, page)).code).toBe('unexpectedAnswer');
    expect(graphFailure(answer(403, page)).code).toBe('unexpectedAnswer');
    expect(graphFailure(answer(403, { error: { code: 'x' } })).code).toBe('consentMissing');
    expect(graphFailure(answer(503, page)).code).toBe('serviceUnavailable');
  });
});
