import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeFaults } from '../../../src/chaos/catalogue.ts';
import { renderCatalogue } from '../../../src/cli/faults.ts';

describe('restage faults', () => {
  const catalogue = describeFaults();
  const text = renderCatalogue(catalogue, false);

  it('lists every kind, scope, schedule, preset and quota, each with what it says and an example', () => {
    const { kinds, scopes, schedules, presets, quotas, counting } = catalogue;
    for (const { name, describes, example } of [...kinds, ...scopes, ...schedules])
      expect(text).toMatch(new RegExp(`^  ${name} +${quote(describes)}\\n +${quote(example)}$`, 'm'));
    for (const { name, faults } of presets) {
      expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
      for (const fault of faults) expect(text).toContain(`  ${fault}\n`);
    }
    for (const { name, common, limits } of quotas) {
      expect(text).toMatch(new RegExp(`^  ${name} .*\n +${quote(common)}\n`, 'm'));
      for (const { limit, operations } of limits) {
        expect(text).toContain(`  ${limit}:\n`);
        for (const operation of operations) expect(text).toMatch(new RegExp(` ${operation}\\b`));
      }
    }
    const lines = text.slice(text.indexOf('\nQuotas'), text.indexOf('\nWhat a rule counts')).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(140);
    for (const sentence of counting) expect(text).toContain(`  ${sentence}\n`);
  });

  it('sets the parameters of a kind beneath one another', () => {
    expect(text).toContain(
      [
        '  throttle              429 TooManyRequestsException',
        '                        throttle,first=2,retry-after=1',
        '                        retry-after=     Retry-After, in seconds',
        '                        retry-after-ms=  x-amz-retry-after, in milliseconds\n',
      ].join('\n'),
    );
  });

  it('says the same in colour', () => {
    expect(stripVTControlCharacters(renderCatalogue(catalogue, true))).toBe(text);
    expect(renderCatalogue(catalogue, true)).not.toBe(text);
  });
});

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
