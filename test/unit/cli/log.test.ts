import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatPretty, Log } from '../../../src/cli/log.ts';
import { colorsFor } from '../../../src/cli/look.ts';
import type { JournalEntry } from '../../../src/journal/entry.ts';
import { journalEntry } from '../../support/journal-entry.ts';

function pretty(fields: Partial<JournalEntry> = {}): string {
  return formatPretty(journalEntry(fields), colorsFor(false));
}

describe('a line for people', () => {
  it('tells the time, the outcome, the status, the call, the region and how long it took', () => {
    expect(pretty({ parameters: { deploymentId: 'vakw79' } })).toMatch(
      /^\d\d:\d\d:09 replayed {2}200 {2}GetStages a1b2c3d4e5 deploymentId=vakw79 {2}us-east-1 {2}0\.4 ms$/,
    );
  });

  it.each<[Partial<JournalEntry>, RegExp]>([
    [{ durationMs: 9.96 }, / {2}10\.0 ms$/],
    [{ durationMs: 1234.5 }, / {2}1235 ms$/],
    [{ region: undefined }, /a1b2c3d4e5 {2}0\.4 ms$/],
    [{ attempt: 1 }, /0\.4 ms$/],
    [{ attempt: 2 }, / {2}attempt 2$/],
    [
      { outcome: 'faulted', fault: 'throttle,first=2', status: 429 },
      / faulted {3}429 .* {2}throttle,first=2$/,
    ],
    [{ note: 'not recorded' }, / {2}not recorded$/],
    [
      { operation: 'GET /account', restApiId: undefined, parameters: undefined },
      /200 {2}GET \/account {2}us-east-1/,
    ],
  ])('of %j matches %s', (fields, expected) => {
    expect(pretty(fields)).toMatch(expected);
  });

  it.each<[Partial<JournalEntry>]>([
    [{ operation: 'GET /\x1b[2J\r\n\x9b\u2028\u202e\u2066' }],
    [{ restApiId: 'a\nb\x1b]0;x\x07' }],
    [{ parameters: { deploymentId: '\x1b[31m\r\x7f' } }],
    [{ fault: '\x1b[31m\n' }],
    [{ note: '\x1b[31m\n\u202e' }],
  ])('of %j moves no cursor', (fields) => {
    expect(pretty(fields)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
    const plain = Object.fromEntries(
      Object.keys(fields).map((name) => [name, name === 'parameters' ? {} : 'x']),
    );
    const escapes = (some: Partial<JournalEntry>): number =>
      formatPretty(journalEntry(some), colorsFor(true)).split('\x1b').length;
    expect(escapes(fields)).toBe(escapes(plain));
  });

  it('does not fill the screen', () => {
    expect(pretty({ restApiId: 'x'.repeat(8000), note: 'y'.repeat(8000) }).length).toBeLessThan(1000);
  });
});

describe('a log', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function createLog() {
    const written: string[] = [];
    return { log: new Log({ format: 'json', color: false }, (text) => written.push(text)), written };
  }

  it('for programs is one JSON object a line', () => {
    const { log, written } = createLog();
    log.add(journalEntry({ note: 'two\nlines' }));
    log.add(journalEntry());
    log.flush();
    const lines = written.join('').split('\n');
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      at: '2024-05-06T07:08:09.000Z',
      outcome: 'replayed',
      note: 'two\nlines',
    });
  });

  it('for people is one line a call', () => {
    const written: string[] = [];
    const log = new Log({ format: 'pretty', color: false }, (text) => written.push(text));
    log.add(journalEntry({ note: 'two\nlines' }));
    log.flush();
    expect(written.join('').split('\n')).toHaveLength(2);
  });

  it('writes many lines at a time, soon', () => {
    const { log, written } = createLog();
    for (let i = 0; i < 10; i += 1) log.add(journalEntry());
    expect(written).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(written).toHaveLength(1);
    expect(written[0]?.split('\n')).toHaveLength(11);
    log.add(journalEntry());
    vi.advanceTimersByTime(100);
    expect(written).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not hold back much', () => {
    const { log, written } = createLog();
    for (let i = 0; i < 20; i += 1) log.add(journalEntry({ note: 'x'.repeat(8000) }));
    expect(written.length).toBeGreaterThan(0);
  });

  it('writes nothing when there is nothing, and waits for nothing once it is flushed', () => {
    const { log, written } = createLog();
    log.flush();
    log.add(journalEntry());
    log.flush();
    log.flush();
    expect(written).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
