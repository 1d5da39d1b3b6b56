import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/journal/journal.ts';
import { journalEntry } from '../../support/journal-entry.ts';

function journalOf(size: number, count: number): Journal {
  const journal = new Journal(size);
  for (let at = 1; at <= count; at += 1) journal.add(journalEntry({ at }));
  return journal;
}

describe('a journal', () => {
  it.each([
    [3, 0, []],
    [3, 2, [1, 2]],
    [3, 3, [1, 2, 3]],
    [3, 4, [2, 3, 4]],
    [3, 7, [5, 6, 7]],
    [1, 5, [5]],
  ])('of %i keeps of %i calls the last, oldest first: %j', (size, count, expected) => {
    const journal = journalOf(size, count);
    expect(journal.entries.map(({ at }) => at)).toEqual(expected);
    expect(journal.counts.replayed, 'counts all of them').toBe(count);
  });

  it('keeps 1000 unless told otherwise', () => {
    const journal = new Journal();
    for (let at = 0; at < 1001; at += 1) journal.add(journalEntry({ at }));
    expect(journal.entries).toHaveLength(1000);
    expect(journal.entries[0]?.at).toBe(1);
  });

  it('counts by outcome', () => {
    const journal = new Journal(2);
    for (const outcome of ['replayed', 'faulted', 'faulted', 'missed'] as const)
      journal.add(journalEntry({ outcome }));
    expect(journal.counts).toEqual({
      recorded: 0,
      replayed: 1,
      forwarded: 0,
      faulted: 2,
      missed: 1,
      refused: 0,
    });
  });

  it('forgets when it is cleared, and goes on', () => {
    const journal = journalOf(3, 4);
    const before = journal.entries;
    journal.clear();
    expect(journal.entries).toEqual([]);
    expect(Object.values(journal.counts)).toEqual([0, 0, 0, 0, 0, 0]);
    journal.add(journalEntry({ at: 9 }));
    expect(journal.entries.map(({ at }) => at)).toEqual([9]);
    expect(before, 'what was given out stays').toHaveLength(3);
  });

  it('cannot be changed through what it gives out', () => {
    const journal = journalOf(3, 1);
    journal.entries.pop();
    (journal.counts as Record<string, number>).replayed = 5;
    expect(journal.entries).toHaveLength(1);
    expect(journal.counts.replayed).toBe(1);
  });
});
