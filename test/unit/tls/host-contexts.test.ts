import { createSecureContext, type SecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import type { Validity } from '../../../src/tls/certificate.ts';
import { HostContexts } from '../../../src/tls/host-contexts.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-01-01T00:00:00Z');

/** Contexts that remember what they were made for, and a clock to be set. */
function contexts() {
  const made: { host: string; validity: Validity }[] = [];
  const clock = { time: START };
  const cache = new HostContexts(
    async (host, validity) => {
      made.push({ host, validity });
      return createSecureContext();
    },
    () => new Date(clock.time),
  );
  return { made, clock, cache };
}

test('makes a context once, for a week that began an hour ago', async () => {
  const { made, cache } = contexts();
  const first = await cache.get('a.api.aws');
  expect(await cache.get('a.api.aws')).toBe(first);
  expect(made).toEqual([
    {
      host: 'a.api.aws',
      validity: { notBefore: new Date(START - HOUR_MS), notAfter: new Date(START + 7 * DAY_MS) },
    },
  ]);
});

test('lets those who ask at once share one making', async () => {
  const { made, cache } = contexts();
  const asked = await Promise.all(Array.from({ length: 20 }, () => cache.get('a.api.aws')));
  expect(new Set(asked).size).toBe(1);
  expect(made).toHaveLength(1);
});

test.each([
  ['keeps it while a day is left', 6 * DAY_MS - 1, 1],
  ['renews it when less is left', 6 * DAY_MS, 2],
  ['keeps it when the clock is set back a little', -HOUR_MS, 1],
  ['renews it when the clock is set back to where it is not valid', -HOUR_MS - 1, 2],
])('%s', async (_name, passedMs, count) => {
  const { made, clock, cache } = contexts();
  await cache.get('a.api.aws');
  clock.time += passedMs;
  await cache.get('a.api.aws');
  await cache.get('a.api.aws');
  expect(made).toHaveLength(count);
});

test('forgets the host used longest ago when there are more than 500', async () => {
  const { made, cache } = contexts();
  for (let n = 0; n < 500; n++) await cache.get(`h${n}.api.aws`);
  await cache.get('h0.api.aws');
  await cache.get('h500.api.aws');
  expect(made).toHaveLength(501);
  await cache.get('h0.api.aws');
  expect(made).toHaveLength(501);
  await cache.get('h1.api.aws');
  expect(made.at(-1)?.host).toBe('h1.api.aws');
  expect(made).toHaveLength(502);
});

test('tells everyone who waits that it failed, and tries again', async () => {
  let fails = true;
  const cache = new HostContexts(
    async (): Promise<SecureContext> => {
      if (fails) throw new Error('out of entropy');
      return createSecureContext();
    },
    () => new Date(START),
  );
  const outcomes = await Promise.allSettled([cache.get('a.api.aws'), cache.get('a.api.aws')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await cache.get('a.api.aws')).toBeDefined();
});
