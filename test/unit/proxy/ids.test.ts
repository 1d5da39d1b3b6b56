import { expect, it } from 'vitest';
import { randomIds, randomPseudonym, randomSeed } from '../../../src/proxy/ids.ts';

function many<T>(make: () => T, count = 1000): T[] {
  return Array.from({ length: count }, make);
}

it('request ids are UUIDs, version 4, all different', () => {
  const all = many(() => randomIds.requestId());
  for (const id of all)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(all).size).toBe(all.length);
});

it('ids of the gateway are 16 characters with = at the end, all different, whenever the pool is filled again', () => {
  const all = many(() => randomIds.apiGatewayId());
  for (const id of all) expect(id).toMatch(/^[A-Za-z0-9+/]{15}=$/);
  expect(new Set(all).size).toBe(all.length);
});

it('a pseudonym can stand in Via, and is no one else’s', () => {
  const all = many(randomPseudonym, 100);
  for (const name of all) expect(name).toMatch(/^restage-[0-9a-f]{16}$/);
  expect(new Set(all).size).toBe(all.length);
});

it('a seed is one that can be given as --seed', () => {
  const all = many(randomSeed, 100);
  for (const seed of all) expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true);
  expect(new Set(all).size).toBeGreaterThan(95);
});
