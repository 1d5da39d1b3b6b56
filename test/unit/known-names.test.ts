import { expect, it } from 'vitest';
import { nearestName, suggestNames } from '../../src/known-names.ts';

const known = ['throttle', 'latency', 'first', 'rate', 'ls', 'retry-after', '--ca-dir'];

it.each([
  ['trottle', 'throttle'],
  ['THROTTLE', 'throttle'],
  ['frist', 'first'],
  ['lat', 'latency'],
  ['retry_after', 'retry-after'],
  ['retryafter', 'retry-after'],
  ['--cadir', '--ca-dir'],
  ['ratte', 'rate'],
  ['l', undefined],
  ['', undefined],
  ['xyz', undefined],
  ['rm', undefined],
  ['nope', undefined],
  ['throttle-everything', undefined],
])('%j is most like %j', (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

it('the nearest stands first, all of them behind it', () => {
  expect(suggestNames('rats', ['first', 'rate'])).toBe("Did you mean 'rate'? Known are first, rate");
  expect(suggestNames('zzz', ['first', 'rate'], 'Known names are')).toBe('Known names are first, rate');
});

it('of more names than anybody reads the nearest are told, and how many there are besides', () => {
  const many = Array.from({ length: 187 }, (_, i) => `GetThing${String(i).padStart(3, '0')}`);
  const told = suggestNames('GetThing07', many, 'Known operations are');
  expect(told).toMatch(
    /^Did you mean 'GetThing007'\? Known operations are, the nearest first, GetThing00\d, .* and 175 more$/,
  );
  expect(told.split(', ')).toHaveLength(14);
});

it('finds the nearest of as many names as the service has operations, wherever it stands', () => {
  const operations = [...Array.from({ length: 226 }, (_, i) => `GetThing${i}`), 'v2.DeleteVpcLink'];
  expect(nearestName('v2.DeleteVpcLnk', operations)).toBe('v2.DeleteVpcLink');
});

it('takes no time over names that a stranger has made long and many', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `${'x'.repeat(10_000)}${i}`);
  const startedAt = performance.now();
  nearestName('y'.repeat(100_000), many);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
