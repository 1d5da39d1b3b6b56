import { describe, expect, it } from 'vitest';
import { operationNames } from '../../../src/aws/apigateway/operations.ts';
import { operationQuotas } from '../../../src/aws/apigateway/quotas.ts';
import { describeFaults } from '../../../src/chaos/catalogue.ts';
import { quotaPresets } from '../../../src/chaos/preset.ts';
import type { RuleSet } from '../../../src/chaos/rule-set.ts';
import { calls, FakeClock, ruleSetOf, targetOf } from '../../support/target.ts';

const aws = quotaPresets.aws?.faults ?? [];

/** By which rule each of some calls was throttled; `-` for none. */
function throttledBy(rules: RuleSet, targets: readonly Parameters<RuleSet['strike']>[0][]): string[] {
  return targets.map((target) => rules.strike(target).answer?.rule ?? '-');
}

describe('the quota of AWS', () => {
  it('says what the service publishes', () => {
    const published = Object.fromEntries(
      describeFaults().quotas.flatMap(({ limits }) => limits.map((each) => [each.limit, each.operations])),
    );
    // [API Gateway quotas, developer guide]
    expect(published).toMatchObject({
      '5 a second': [
        'CreateApiKey',
        'CreateResource',
        'DeleteApiKey',
        'DeleteResource',
        'v2.ListPortalProducts',
      ],
      '5 in 2 seconds': ['GetResources'],
      '1 a second': ['PutRestApi', 'v2.DeletePortalProduct'],
      '1 in 3 seconds': expect.arrayContaining(['CreateRestApi', 'ImportRestApi']),
      '1 in 5 seconds': ['CreateDeployment'],
      '1 in 15 seconds': ['v2.CreateVpcLink'],
      '1 in 20 seconds': ['CreateDocumentationVersion', 'UpdateAccount', 'UpdateUsagePlan'],
      '1 in 30 seconds': [
        'CreateDomainName',
        'DeleteDomainName',
        'DeleteRestApi',
        'ImportDocumentationParts',
        'UpdateDomainName',
        'v2.DeleteVpcLink',
      ],
    });
    expect(Object.values(published).flat()).toHaveLength(operationQuotas.length);
    expect(operationNames()).toEqual(expect.arrayContaining(operationQuotas.map(({ name }) => name)));
    expect(new Set(operationQuotas.map(({ name }) => name)).size).toBe(operationQuotas.length);
  });

  it.each(operationQuotas.map((quota) => [quota.name, quota] as const))(
    'gives %s a bucket of its own in each region, beside that of all operations',
    (name, { calls: burst, seconds }) => {
      const clock = new FakeClock();
      const rules = ruleSetOf(aws, { clock });
      const some = (count: number, region: string) => calls(count, { operation: name, region });
      const all = Array.from({ length: burst }, () => '-');

      expect(throttledBy(rules, some(burst + 1, 'us-east-1'))).toEqual([...all, `quota-${name}`]);
      expect(throttledBy(rules, some(burst + 1, 'eu-west-1'))).toEqual([...all, `quota-${name}`]);
      expect(throttledBy(rules, calls(1))).toEqual(['-']);
      clock.pass((seconds / burst) * 0.99);
      expect(throttledBy(rules, some(1, 'us-east-1'))).toEqual([`quota-${name}`]);
      clock.pass((seconds / burst) * 0.02);
      expect(throttledBy(rules, some(2, 'us-east-1'))).toEqual(['-', `quota-${name}`]);
    },
  );

  it('takes a token of both buckets for each call, throttled or not', () => {
    const rules = ruleSetOf(aws);
    const creations = throttledBy(rules, calls(30, { operation: 'CreateRestApi' }));
    expect(creations).toEqual(['-', ...Array.from({ length: 29 }, () => 'quota-CreateRestApi')]);
    const others = throttledBy(rules, calls(11));
    expect(others).toEqual([...Array.from({ length: 10 }, () => '-'), 'quota']);
    // Where neither has one, the first says so.
    expect(throttledBy(rules, [targetOf({ operation: 'CreateRestApi' })])).toEqual(['quota']);
    expect(rules.status.filter(({ matched }) => matched > 0)).toMatchObject([
      { name: 'quota', matched: 42, fired: 2 },
      { name: 'quota-CreateRestApi', matched: 31, fired: 29 },
    ]);
  });
});
