import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOperationIn } from '../../../src/chaos/operation-pattern.ts';
import { scopeParameters } from '../../../src/chaos/scope-parameters.ts';
import { calls, ruleSetOf, statuses, targetOf } from '../../support/target.ts';

const patternOf = (given: string | string[]) =>
  scopeParameters.operation.parse(given) ?? { exact: new Set<string>(), patterns: [] };

function isIn(given: string | string[], operation: string): boolean {
  return isOperationIn(patternOf(given), operation);
}

describe('the operations of a rule', () => {
  it.each<[string | string[], string, boolean]>([
    ['GetStages', 'GetStages', true],
    ['GetStages', 'GetStage', false],
    ['GetStages', 'getStages', false],
    ['GetStages|GetResources', 'GetResources', true],
    [['GetStages', 'GetResources'], 'GetResources', true],
    [[' GetStages '], 'GetStages', true],
    ['GetStages|GetResources', 'GetStages|GetResources', false],
    ['Get*', 'GetRestApis', true],
    ['Get*', 'Get', true],
    ['Get*', 'UpdateGet', false],
    ['*Stage', 'UpdateStage', true],
    ['*Stage', 'GetStages', false],
    ['*Stage*', 'GetStages', true],
    ['Get*Api*', 'GetRestApis', true],
    ['Get*Api*', 'GetStages', false],
    ['G*t*s', 'GetStages', true],
    // What one part has taken is not there for the next.
    ['Get*Get', 'Get', false],
    ['Get*tS*', 'GetS', false],
    ['*', 'GetStages', true],
    ['**', 'GetStages', true],
    ['Put*|GetStages', 'GetStages', true],
    ['Put*|GetStages', 'PutMethod', true],
    ['Put*|GetStages', 'GetStage', false],
    ['GetStages', 'v2.GetStages', false],
    ['Get*', 'v2.GetStages', false],
    ['v2.Get*', 'v2.GetStages', true],
    ['v2.Get*', 'GetStages', false],
    ['*GetStages', 'v2.GetStages', true],
    // What is no operation has no name that a pattern could be of.
    ['*', 'GET /restapis', false],
    ['GET*', 'GET /restapis', false],
    ['*', 'POST /v2/apis', false],
  ])('%j takes %s: %s', (given, operation, expected) => {
    expect(isIn(given, operation)).toBe(expected);
  });

  it('by a pattern are those that a regular expression finds', () => {
    const letters = (characters: string, maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
    fc.assert(
      fc.property(letters('ab*', 8), letters('ab', 10), (pattern, name) => {
        fc.pre(pattern.includes('*'));
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);
        expect(isIn(pattern, name)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('by a pattern of many parts are found without trying all ways to take it apart', () => {
    const pattern = patternOf(`${'*a'.repeat(49)}*b`);
    const startedAt = process.cpuUsage();
    expect(isOperationIn(pattern, 'a'.repeat(10_000))).toBe(false);
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(500);
  });
});

describe('a rule', () => {
  const target = (operation: string, method: string) => targetOf({ operation, method });
  const targets = [
    target('GetStages', 'GET'),
    target('GetStages', 'HEAD'),
    target('v2.GetStages', 'GET'),
    target('PutMethod', 'PUT'),
    target('UpdateStage', 'PATCH'),
    target('GET /restapis/a/b', 'GET'),
  ];

  it.each([
    ['operation=GetStages', '429 429 - - - -'],
    ['operation=GetStages|v2.*', '429 429 429 - - -'],
    ['operation=*Stage*', '429 429 429 - 429 -'],
    ['operation=*', '429 429 429 429 429 -'],
    ['method=GET', '429 - 429 - - 429'],
    ['method=HEAD', '- 429 - - - -'],
    ['method=PUT|PATCH', '- - - 429 429 -'],
    ['operation=Get*,method=HEAD|PUT', '- 429 - - - -'],
  ])('with %s sees these calls: %s', (scope, expected) => {
    expect(statuses(ruleSetOf([`throttle,${scope}`]), targets)).toBe(expected);
  });

  it('does not count the calls of other operations', () => {
    const rules = ruleSetOf(['throttle,operation=GetStages,after=2']);
    const others = calls(5, { operation: 'GetResources' });
    expect(statuses(rules, [...others, ...calls(3)])).toBe('- - - - - - - 429');
    expect(rules.status[0]).toMatchObject({ matched: 3, fired: 1 });
  });
});
