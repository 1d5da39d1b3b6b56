import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/errors.ts';
import { keptEntry, sizeOfEntry } from '../../../src/journal/entry.ts';
import { Journal } from '../../../src/journal/journal.ts';
import { MemoryBudget } from '../../../src/journal/memory-budget.ts';
import { RetryLog } from '../../../src/retries/retry-log.ts';
import { journalEntry } from '../../support/journal-entry.ts';

const ENTRY = sizeOfEntry(journalEntry());

function atsOf(journal: Journal): number[] {
  return journal.entries.map(({ at }) => at);
}

describe('a budget of memory', () => {
  it('has the oldest calls go first, whosever they are, and counts what is left', () => {
    const budget = new MemoryBudget(10.5 * ENTRY);
    const journals = [new Journal(100, budget.open()), new Journal(100, budget.open())];
    for (let at = 1; at <= 16; at += 1) journals[at % 4 === 0 ? 1 : 0]?.add(journalEntry({ at }));
    expect(journals.map(atsOf)).toEqual([
      [7, 9, 10, 11, 13, 14, 15],
      [8, 12, 16],
    ]);
    expect(budget.bytes).toBe(10 * ENTRY);
  });

  it.each<[string, (log: RetryLog, at: number) => void]>([
    ['calls that succeeded at once', (log, at) => log.add(journalEntry({ at }))],
    ['calls that did not', (log, at) => log.add(journalEntry({ at, status: 429, invocationId: `id${at}` }))],
    ['attempts of one call', (log, at) => log.add(journalEntry({ at, status: 429, invocationId: 'one' }))],
    ['the times of attempts', (log, at) => log.timeline.add(at, false)],
  ])('bounds what a retry log keeps of %s', (_, add) => {
    const budget = new MemoryBudget(100_000);
    const log = new RetryLog({}, budget.open());
    for (let at = 0; at < 20_000; at += 1) add(log, at);
    expect(budget.bytes).toBeLessThanOrEqual(100_000);
    expect(budget.bytes, 'and keeps what it may').toBeGreaterThan(10_000);
  });

  it('has calls give way that were empty when others needed room', () => {
    const budget = new MemoryBudget(20 * ENTRY);
    const log = new RetryLog({ calls: 5 }, budget.open());
    const journal = new Journal(100, budget.open());
    for (let at = 0; at < 40; at += 1) journal.add(journalEntry({ at }));
    for (let at = 40; at < 80; at += 1) log.add(journalEntry({ at, status: 429, invocationId: `id${at}` }));
    expect(log.calls).toHaveLength(5);
  });

  it('comes out even where a call has to go for its own attempts', () => {
    const budget = new MemoryBudget(5_000);
    const log = new RetryLog({ attempts: 50 }, budget.open());
    for (let at = 0; at < 500; at += 1) {
      const id = at % 2 === 0 ? {} : { invocationId: 'one', attempt: at };
      log.add(journalEntry({ at, status: 429, ...id }));
    }
    log.clear();
    expect(budget.bytes).toBe(0);
  });

  it('says of retries how many are forgotten for it', () => {
    const log = new RetryLog({}, new MemoryBudget(50 * ENTRY).open());
    for (let at = 0; at < 500; at += 1) log.add(journalEntry({ at }));
    expect(log.forgotten.plain + log.calls.length).toBe(500);
    expect(log.forgotten.plain).toBeGreaterThan(400);
  });

  it('refuses what cannot be forgotten when there is no room, and not before', () => {
    const budget = new MemoryBudget(100 * ENTRY);
    const journal = new Journal(1000, budget.open());
    for (let at = 0; at < 200; at += 1) journal.add(journalEntry({ at }));
    const share = budget.open();
    share.hold(60 * ENTRY);
    share.hold(40 * ENTRY);
    expect(atsOf(journal), 'history gave way').toEqual([]);
    expect(() => share.hold(1)).toThrow(CallError);
    expect(() => share.hold(1)).toThrow(
      /^Cannot take this in: sessions hold \d+ MB already\. Reset or remove some/,
    );
    share.hold(-1);
    share.hold(1);
    share.close();
    expect(budget.bytes).toBe(0);
  });

  it('comes out even, whatever is told, cleared and forgotten', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'clear'),
      session: fc.nat({ max: 2 }),
      status: fc.constantFrom(200, 200, 429, 503),
      id: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
      text: fc.string({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const budget = new MemoryBudget(30 * ENTRY);
        const sessions = [0, 1, 2].map(() => {
          const share = budget.open();
          return {
            share,
            journal: new Journal(8, share),
            retries: new RetryLog({ plainCalls: 8, calls: 6 }, share),
          };
        });
        for (const [at, { what, session, status, id, text }] of steps.entries()) {
          const { journal, retries } = sessions[session] ?? {};
          if (what === 'clear') {
            journal?.clear();
            retries?.clear();
            continue;
          }
          const entry = keptEntry({
            ...journalEntry({ at, status, restApiId: text, attempt: (at % 3) + 1 }),
            invocationId: id === undefined ? undefined : `id${id}`,
          });
          journal?.add(entry);
          retries?.add(entry);
          expect(budget.bytes).toBeLessThanOrEqual(budget.limit);
        }
        for (const { share } of sessions.slice(1)) share.close();
        sessions[0]?.journal.clear();
        sessions[0]?.retries.clear();
        expect(budget.bytes).toBe(0);
      }),
    );
  });
});
