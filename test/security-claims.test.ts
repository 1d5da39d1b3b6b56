import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = import.meta.dirname;

/** A claim of the threat model, and the tests that are said to prove it. */
interface Claim {
  readonly id: string;
  readonly tests: ReadonlyArray<readonly [file: string, title: string]>;
}

const page = readFileSync(join(root, '..', 'docs', 'security.md'), 'utf8');
const claims = readClaims(page);
const named = claims.flatMap(({ id, tests }) => tests.map(([file, title]) => [id, file, title] as const));

describe('the threat model', () => {
  it('numbers its claims in order, each once', () => {
    expect(claims.length).toBeGreaterThan(40);
    expect(claims.map(({ id }) => id)).toEqual(claims.map((_, index) => `S${index + 1}`));
  });

  it('makes no claim under "Cannot" without a number', () => {
    const parts = [...page.matchAll(/^Cannot:\n([\s\S]*?)(?=^Can:|^## |$(?![\s\S]))/gm)];
    const bullets = parts.flatMap(([, part = '']) => part.match(/^- .*/gm) ?? []);
    expect(bullets).toHaveLength(claims.length);
  });

  it('names a test for each claim, and no line of it is of another form', () => {
    expect(claims.filter(({ tests }) => tests.length === 0)).toEqual([]);
    expect(named).toHaveLength((page.match(/^ {2}- /gm) ?? []).length);
  });

  it.each(named)('proves %s by a test of %s: %s', (_, file, title) => {
    expect(file).toMatch(/^[a-z0-9/-]+\.test\.ts$/);
    expect(existsSync(join(root, file)), `${file} is there`).toBe(true);
    expect(isTestOf(readFileSync(join(root, file), 'utf8'), title), `${title} is in it`).toBe(true);
  });

  it('would miss a test that is renamed, skipped, or only spoken of', () => {
    expect(isTestOf("test('a b', () => {})", 'a b')).toBe(true);
    expect(isTestOf("it.each([1])(\n  'a b',\n  () => {})", 'a b')).toBe(true);
    expect(isTestOf('test("it\'s", () => {})', "it's")).toBe(true);
    for (const text of [
      "test('a b c', () => {})",
      "test.skip('a b', () => {})",
      "// ('a b', no)",
      "say('a b')",
    ])
      expect(isTestOf(text, 'a b')).toBe(false);
  });
});

/** Bullets that begin with a number, each with its indented bullets of a file and a title. */
function readClaims(text: string): Claim[] {
  return text.split(/^(?=- )|^#/m).flatMap((bullet) => {
    const id = /^- \*\*(S\d+)\*\* /.exec(bullet)?.[1];
    if (id === undefined) return [];
    const tests = [...bullet.matchAll(/^ {2}- `([^`]+)`: `([^`]+)`$/gm)];
    return [{ id, tests: tests.map(([, file = '', title = '']) => [file, title] as const) }];
  });
}

/** Whether the file has a test of that title: the first of a call's arguments, a function behind it, and not skipped. */
function isTestOf(source: string, title: string): boolean {
  const code = source.replace(/^\s*\/\/.*$/gm, '');
  return ["'", '"', '`'].some((quote) => {
    const literal = `${quote}${title}${quote}`;
    for (let at = code.indexOf(literal); at >= 0; at = code.indexOf(literal, at + 1)) {
      const before = code.slice(0, at).trimEnd();
      const after = code.slice(at + literal.length).trimStart();
      const isCall = /(?:\)|\b(?:test|it)|>|\])\($/.test(before) && !/\.(?:skip|todo)\($/.test(before);
      if (isCall && /^,\s*(?:\{[^}]*\},\s*)?(?:async\b|function\b|\()/.test(after)) return true;
    }
    return false;
  });
}
