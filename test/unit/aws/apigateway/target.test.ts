import { describe, expect, test } from 'vitest';
import { decodePercent, splitTarget } from '../../../../src/aws/apigateway/target.ts';

describe('splitTarget', () => {
  test.each<[string, string, [string, string][]]>([
    ['/a', '/a', []],
    ['/a?', '/a', []],
    ['/a?b=c', '/a', [['b', 'c']]],
    ['/a?b', '/a', [['b', '']]],
    ['/a?b=', '/a', [['b', '']]],
    ['/a?=c', '/a', [['', 'c']]],
    ['/a?b=c=d', '/a', [['b', 'c=d']]],
    ['/a?&&b=c&', '/a', [['b', 'c']]],
    [
      '/a?b=1&b=2&a=3',
      '/a',
      [
        ['b', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    ['/a?b=c?d', '/a', [['b', 'c?d']]],
    ['/a/../%2e%2E/./%2f?%62=+%20', '/a/../%2e%2E/./%2f', [['%62', '+%20']]],
    ['//a//b', '//a//b', []],
    ['*', '*', []],
    ['', '', []],
  ])('takes %s apart and changes nothing', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});

describe('decodePercent', () => {
  test.each([
    ['abc%20123%2Fx', 'abc 123/x'],
    ['a+b', 'a+b'],
    ['%2B', '+'],
    ['%c3%a9', 'é'],
    ['%F0%9F%9A%80', '🚀'],
    ['%00', '\0'],
    ['é', 'é'],
    ['', ''],
  ])('%s is %j', (text, decoded) => {
    expect(decodePercent(text)).toBe(decoded);
  });

  test.each(['%', '%2', '%zz', '%e9', '%ff', '%c3%28', '%ED%A0%80', 'a%C0%AFb'])('%s is nothing', (text) => {
    expect(decodePercent(text)).toBeUndefined();
  });
});
