import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderRetryReport } from '../../../src/cli/retry-report.ts';
import type { JournalEntry } from '../../../src/journal/entry.ts';
import { describeRetries } from '../../../src/retries/report.ts';
import type { RetryLogLimits } from '../../../src/retries/retry-log.ts';
import { attemptsOf, logOf, START } from '../../support/attempts.ts';

function render(
  entries: readonly JournalEntry[],
  width = 80,
  color = false,
  limits?: Partial<RetryLogLimits>,
): string {
  return renderRetryReport(describeRetries(logOf(entries, limits)), { width, color });
}

/** A client that backs off, one that does not, and one that is cut off. */
const mixed = [
  ...attemptsOf([429, 429, 429, 429, 200], [52, 131, 204, 1630], {
    invocationId: 'a',
    restApiId: 'a1b2c3d4e5',
  }),
  ...attemptsOf([429], [], { invocationId: 'b', restApiId: 'b2c3d4e5f6', start: START + 20, maxAttempts: 1 }),
  ...attemptsOf([0, 200], [64], {
    invocationId: 'c',
    restApiId: 'c3d4e5f6a7',
    parameters: { deploymentId: 'vakw79' },
    start: START + 700,
  }),
  ...attemptsOf([200], [], { invocationId: 'd', damaged: true, restApiId: 'd4', start: START + 900 }),
  ...attemptsOf([404], [], { invocationId: 'd', attempt: 2, restApiId: 'd4', start: START + 904 }),
  ...attemptsOf([200], [], { invocationId: 'e', start: START + 1200 }),
  ...attemptsOf([200], [], { invocationId: 'f', start: START + 1201 }),
];

describe('a retry report for people', () => {
  it('is a summary, a table and a chart', () => {
    expect(render(mixed)).toMatchInlineSnapshot(`
      "Retries: 6 calls, 12 attempts, 6 faulted, 4 succeeded, 1 gave up, 1 failed
      faulted by throttle 6×
      waits 3ms to 1.6s, median 98ms, at most 9 attempts in a second

      Attempts  Call                       Answers and waits                 Ended
             5  GetStages a1b2c3d4e5       429 +52ms 429 … +1.6s 200         succeeded
             2  GetStages d4               200! +3ms 404                     failed
             2  GetStages c3d4e5f6a7 dep…  none +64ms 200                    succeeded
             1  GetStages b2c3d4e5f6       429                               gave up
      ! cut off, or no readable answer

      Attempts over 2.0s, up to 2 in 40ms
      answered                    ▄  █       █                   ▄
      faulted  █▄  ▄    ▄       ▄
      "
    `);
  });

  it('is one row for calls that went alike', () => {
    const alike = Array.from({ length: 58 }, (_, i) =>
      attemptsOf([429], [], { invocationId: `a${i}`, fault: 'quota', start: START + i }),
    );
    const others = attemptsOf([503, 200], [40], { invocationId: 'b', start: START + 60 });
    expect(render([...alike.flat(), ...others])).toMatchInlineSnapshot(`
      "Retries: 59 calls, 60 attempts, 59 faulted, 1 succeeded, 58 gave up
      faulted by quota 58×, throttle 1×
      waits 40ms to 40ms, median 40ms, at most 60 attempts in a second

      Attempts  Call                  Answers and waits  Ended
             2  GetStages a1b2c3d4e5  503 +40ms 200      succeeded
             1  GetStages a1b2c3d4e5  429                gave up ×58

      Attempts over 110ms, up to 10 in 10ms
      answered           ▁
      faulted  █████▇▁
      "
    `);
    expect(render([...alike.flat(), ...others], 40)).toMatchInlineSnapshot(`
      "Retries: 59 calls, 60 attempts,
        59 faulted, 1 succeeded, 58 gave up
      faulted by quota 58×, throttle 1×
      waits 40ms to 40ms, median 40ms,
        at most 60 attempts in a second

      2x GetStages a1b2c3d4e5      succeeded
         503 +40ms 200
      1x GetStages a1b2c3d4e5      gave up ×58
         429

      Attempts over 110ms, up to 10 in 10ms
      answered           ▁
      faulted  █████▇▁
      "
    `);
  });

  it('names three rules, cut and harmless', () => {
    const rules = ['a', 'b\x1b[2J', 'c'.repeat(60), 'd'];
    const entries = rules.map((fault, i) => attemptsOf([429], [], { invocationId: `${i}`, fault }));
    expect(render(entries.flat(), 120)).toContain(
      `\nfaulted by a 1×, b?[2J 1×, ${'c'.repeat(39)}… 1×, and others\n`,
    );
  });

  it('is as narrow as the terminal', () => {
    expect(render(mixed, 40)).toMatchInlineSnapshot(`
      "Retries: 6 calls, 12 attempts,
        6 faulted, 4 succeeded, 1 gave up,
        1 failed
      faulted by throttle 6×
      waits 3ms to 1.6s, median 98ms,
        at most 9 attempts in a second

      5x GetStages a1b2c3d4e5        succeeded
         429 +52ms 429 +131ms 429 … +1.6s 200
      2x GetStages d4                failed
         200! +3ms 404
      2x GetStages c3d4e5f6a7 depl…  succeeded
         none +64ms 200
      1x GetStages b2c3d4e5f6        gave up
         429
      ! cut off, or no readable answer

      Attempts over 2.1s, up to 3 in 80ms
      answered          ▃ ▆   ▆         ▃
      faulted  █ ▃ ▃   ▃
      "
    `);
  });

  it('is short when there is little to tell', () => {
    expect(render([])).toMatchInlineSnapshot(`
      "Retries: no call came through restage.
      "
    `);
    expect(render(attemptsOf([200]))).toMatchInlineSnapshot(`
      "Retries: 1 call, 1 attempt, 1 succeeded
      nothing was tried again
      "
    `);
    expect(render(attemptsOf([429]))).toMatchInlineSnapshot(`
      "Retries: 1 call, 1 attempt, 1 faulted, 1 gave up
      faulted by throttle 1×
      nothing was tried again

      Attempts  Call                  Answers and waits  Ended
             1  GetStages a1b2c3d4e5  429                gave up
      "
    `);
  });

  it('shows of many attempts the first and the last, and of many calls ten', () => {
    const many = Array.from({ length: 14 }, (_, i) =>
      attemptsOf([...new Array(30 - i).fill(429), 200], new Array(30).fill(7), {
        invocationId: `${i}`,
        start: START + i,
      }),
    );
    expect(render(many.flat())).toMatchInlineSnapshot(`
      "Retries: 14 calls, 343 attempts, 329 faulted, 14 succeeded
      faulted by throttle 329×
      waits 7ms to 7ms, median 7ms, at most 343 attempts in a second

      Attempts  Call                  Answers and waits                      Ended
            31  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            30  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            29  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            28  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            27  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            26  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            25  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            24  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            23  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
            22  GetStages a1b2c3d4e5  429 +7ms 429 +7ms 429 … +7ms 200       succeeded
      and 4 other calls in 4 other ways

      Attempts over 250ms, up to 18 in 10ms
      answered               ▁▁▁▁▁▁▁▁▁▁▁
      faulted  ▆██████████████▇▇▅▅▄▄▃▁▁
      "
    `);
  });

  it('joins calls that went alike before it cuts off, however they waited and whatever they asked for', () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      attemptsOf([503, 503, 503], [10 + i, 20 + (i % 7)], {
        invocationId: `${i}`,
        restApiId: `api${i}`,
        start: START + i,
      }),
    );
    const early = [0, 1].map((i) =>
      attemptsOf([503], [], { invocationId: `early${i}`, restApiId: 'early', start: START + 5000 }),
    );
    const text = render([...many.flat(), ...early.flat()]);
    expect(text.split('\n').slice(0, 8).join('\n')).toMatchInlineSnapshot(`
      "Retries: 302 calls, 902 attempts, 902 faulted, 302 gave up (2 early)
      faulted by throttle 902×
      waits 10ms to 309ms, median 26ms, at most 900 attempts in a second

      Attempts  Call                    Answers and waits             Ended
           1/3  GetStages early         503                           gave up early ×2
             3  GetStages a… +299 more  503 … +20ms-26ms 503          gave up ×300
      early: the retry quota was spent"
    `);
    expect(render([...many.flat(), ...early.flat()], 40)).toMatchInlineSnapshot(`
      "Retries: 302 calls, 902 attempts,
        902 faulted, 302 gave up (2 early)
      faulted by throttle 902×
      waits 10ms to 309ms, median 26ms,
        at most 900 attempts in a second

      1/3x GetStages early    gave up early ×2
         503
      3x GetStage… +299 more  gave up ×300
         503 +10ms-309ms 503 +20ms-26ms 503
      early: the retry quota was spent

      Attempts over 5.2s, up to 377 in 200ms
      faulted  █▇▅▁                     ▁
      "
    `);
  });

  it('says of how many calls there is no row', () => {
    const ways = Array.from({ length: 130 }, (_, i) =>
      [0, 1].map((n) => attemptsOf(new Array(i + 1).fill(404), [], { invocationId: `${i} ${n}` })),
    );
    expect(render(ways.flat(2))).toContain('\nand 240 other calls in 120 other ways\n');
  });

  it('does not show the end of a call with more attempts than are reported', () => {
    const endless = attemptsOf([...new Array(70).fill(429), 200], [], { invocationId: 'a' });
    expect(render(endless)).toMatch(/ 71 {2}GetStages a1b2c3d4e5 {2}429 \+0ms 429 .* … +succeeded\n/);
  });

  it('names the regions where they differ, and says what is no longer kept', () => {
    const entries = [
      ...attemptsOf([429, 200], [], { region: 'eu-west-1' }),
      ...attemptsOf([429, 200], [], { region: 'us-east-1', session: 's1' }),
    ];
    expect(render(entries)).toContain('GetStages a1b2c3d4e5 eu-west-1 ');
    expect(render(entries, 90)).toContain('GetStages a1b2c3d4e5 us-east-1 @s1 ');
    expect(render(entries, 80, false, { calls: 1 })).toContain('no longer kept: 1 earlier call');
  });

  it.each([0, 1, 40, 71, 72, 80, 200, 1e9])('has no line wider than %i, or 40', (width) => {
    const long = attemptsOf(new Array(40).fill(503), new Array(40).fill(123_456), {
      restApiId: 'x'.repeat(500),
    });
    const lines = render([...mixed, ...long], width).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(40, width));
  });

  it('moves no cursor, whatever clients send', () => {
    const entries = attemptsOf([429, 200], [], {
      operation: 'GET /\x1b[2J\r\n\u202e',
      restApiId: 'a\x07',
      parameters: { 'b\n': '\x9b31m' },
    });
    for (const width of [40, 200]) {
      expect(render(entries, width)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
      expect(stripVTControlCharacters(render(entries, width, true))).toBe(render(entries, width));
    }
  });

  it('has colours only when it is asked for them, and reads the same with them', () => {
    for (const width of [40, 80]) {
      expect(render(mixed, width)).not.toContain('\x1b');
      expect(render(mixed, width, true)).toContain('\x1b[33m429\x1b[39m');
      expect(stripVTControlCharacters(render(mixed, width, true))).toBe(render(mixed, width));
    }
  });
});
