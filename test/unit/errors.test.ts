import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { errorCode, isError, isUnknownAuthority, reasonOf } from '../../src/errors.ts';

/** As Node.js's errors are where jest, or a pool of `vm`, runs tests: no instance of the `Error` there. */
function elsewhere(fields: object): unknown {
  return Object.assign(runInNewContext("new Error('no such file.')"), fields);
}

test('an error of another world is one, with its code and its words', () => {
  const error = elsewhere({ code: 'ENOENT' });
  expect(error).not.toBeInstanceOf(Error);
  expect([isError(error), errorCode(error), reasonOf(error)]).toEqual([true, 'ENOENT', 'no such file']);
  expect(isUnknownAuthority(elsewhere({ code: 'CERT_UNTRUSTED' }))).toBe(true);
});

test('what only looks like an error is none', () => {
  const alike = { name: 'Error', message: 'no', code: 'ENOENT' };
  expect([isError(alike), errorCode(alike), errorCode('ENOENT'), errorCode(undefined)]).toEqual([
    false,
    undefined,
    undefined,
    undefined,
  ]);
});
