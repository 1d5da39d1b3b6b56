import { expect, test } from 'vitest';
import type { Cassette } from '../../../src/cassette/cassette.ts';
import { Metrics } from '../../../src/control/metrics.ts';
import type { Sessions } from '../../../src/sessions/sessions.ts';
import { journalEntry } from '../../support/journal-entry.ts';

function metricsOf(cassettes: Pick<Cassette, 'name' | 'size'>[] = []): Metrics {
  // Nothing else of them is asked here.
  const sessions = { list: [] } as unknown as Sessions;
  return new Metrics({ sessions, cassettes: () => cassettes as unknown as Cassette[] });
}

test('rules with names beyond the thousandth are counted as one', async () => {
  const metrics = metricsOf();
  for (let i = 0; i < 1500; i += 1) metrics.observe(journalEntry({ hits: [`rule-${i}`] }));
  metrics.observe(journalEntry({ hits: ['rule-0'] }));
  const { text } = await metrics.render();
  expect(text).toContain('restage_faults_total{rule="rule-0"} 2');
  expect(text).toContain('restage_faults_total{rule="other"} 500');
  expect(text.match(/^restage_faults_total\{/gm)).toHaveLength(1001);
});

test('two who ask for the numbers at nearly the same time both get the size of every cassette', async () => {
  const waiting: (() => void)[] = [];
  const size = () => new Promise<number>((resolve) => waiting.push(() => resolve(7)));
  const metrics = metricsOf(['a', 'b'].map((name) => ({ name, size })));
  const answerNext = async () => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting.shift()?.();
  };
  const first = metrics.render();
  await answerNext();
  const second = metrics.render();
  for (let i = 0; i < 3; i += 1) await answerNext();
  for (const { text } of [await first, await second])
    expect(text.match(/^restage_cassette_bytes\{.*$/gm)).toEqual([
      'restage_cassette_bytes{cassette="a"} 7',
      'restage_cassette_bytes{cassette="b"} 7',
    ]);
});
