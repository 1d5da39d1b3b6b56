import { expect, it } from 'vitest';
import { colorsFor, lookOf } from '../../../src/cli/look.ts';

const terminal = { isTTY: true, columns: 120 };
const file = { isTTY: false, columns: 80 };

it.each<[stream: string, env: Record<string, string>, color: boolean]>([
  ['terminal', {}, true],
  ['terminal', { TERM: 'xterm' }, true],
  ['terminal', { TERM: 'dumb' }, false],
  ['terminal', { NO_COLOR: '1' }, false],
  ['terminal', { NO_COLOR: '' }, true],
  ['terminal', { FORCE_COLOR: '0' }, false],
  ['terminal', { FORCE_COLOR: 'false' }, false],
  ['terminal', { CI: 'true' }, true],
  ['file', {}, false],
  ['file', { CI: 'true' }, false],
  ['file', { CI: 'true', GITHUB_ACTIONS: 'true', TERM: 'xterm-256color', COLORTERM: 'truecolor' }, false],
  ['file', { FORCE_COLOR: '1' }, true],
  ['file', { FORCE_COLOR: 'true' }, true],
  ['file', { FORCE_COLOR: '' }, false],
  ['file', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('a %s with %j has colours: %s', (stream, env, color) => {
  expect(lookOf(stream === 'terminal' ? terminal : file, env).color).toBe(color);
});

it('colours are what they are asked to be, whatever the process is run with', () => {
  expect(colorsFor(true).red('x')).toBe('\x1b[31mx\x1b[39m');
  expect(colorsFor(false).red('x')).toBe('x');
});
