import { describe, expect, it } from 'vitest';
import { escapeUnprintable, printable, printableLine } from '../../../src/cli/printable.ts';

const HOSTILE = 'a\u001b[2Jb\u009b31mc\u202ed\r\ne\u0007';

describe('what somebody else chose', () => {
  it('cannot act on a terminal', () => {
    expect(printable(HOSTILE)).toBe('a?[2Jb?31mc?d??e?');
    expect(printable('café ☃')).toBe('café ☃');
  });

  it('cannot in a line that restage colours either', () => {
    expect(printableLine(`\u001b[31m${HOSTILE}\u001b[39m`)).toBe('\u001b[31ma?[2Jb?31mc?d??e?\u001b[39m');
  });

  it('is escaped in JSON, and means the same', () => {
    const json = escapeUnprintable(JSON.stringify(HOSTILE));
    expect(json).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json)).toBe(HOSTILE);
  });
});
