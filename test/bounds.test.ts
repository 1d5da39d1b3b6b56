import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as groups from '../src/bounds.ts';

const page = readFileSync('docs/security.md', 'utf8');
const rows = [...page.matchAll(/^\| `([\w.]+)` \| ([^|]+) \| [^|]+ \|$/gm)].map(([, name, amount]) => [
  name,
  amount,
]);
const bounds = Object.entries(groups).flatMap(([group, values]) =>
  Object.entries(values).map(([name, value]) => [`${group}.${name}`, inWords(name, value)] as const),
);

it('the table of bounds has every bound of the source, in its order, with what it is', () => {
  expect(rows).toEqual(bounds);
});

describe('each bound', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'bounds.ts')
    .map((file) => readFileSync(`src/${file}`, 'utf8'))
    .join('\n');

  it.each(bounds)('is used: %s, %s', (name) => {
    const [group = '', field = ''] = name.split('.');
    // Those of the server and of the upstream are handed on as a whole.
    const isWhole = new RegExp(`\\.\\.\\.${group}\\b|= ${group};`).test(sources);
    expect(sources).toMatch(new RegExp(isWhole ? `\\b${field}\\b` : `\\b${group}\\.${field}\\b`));
  });
});

/** `16 KB`, `10 s`, `2 min`, `24 h`, `1,000`. */
function inWords(name: string, value: number): string {
  if (/bytes$/i.test(name)) return value % 2 ** 20 === 0 ? `${value / 2 ** 20} MB` : `${value / 1024} KB`;
  if (/ms$/i.test(name) && value % 3_600_000 === 0) return `${value / 3_600_000} h`;
  if (/ms$/i.test(name)) return value % 60_000 === 0 ? `${value / 60_000} min` : `${value / 1000} s`;
  return value.toLocaleString('en-US');
}
