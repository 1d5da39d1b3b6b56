import { describe, expect, it } from 'vitest';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { parseFaultObject, parseFaultSpec } from '../../../src/chaos/rule.ts';
import { UsageError } from '../../../src/errors.ts';

const KINDS = Object.keys(faultKinds).join(', ');

describe('a rule as text', () => {
  it.each<[string, object]>([
    ['throttle', { kind: 'throttle', parameters: {}, scope: {}, schedule: {} }],
    ['throttle,first=2', { schedule: { first: 2 } }],
    ['throttle, first=2 , every=3', { schedule: { first: 2, every: 3 } }],
    ['throttle,first=0', { schedule: { first: 0 } }],
    [
      'throttle,after=1,first=2,every=3,p=0.5,times=4,per=key',
      { schedule: { after: 1, first: 2, every: 3, p: 0.5, times: 4, per: 'key' } },
    ],
    ['throttle,p=0', { schedule: { p: 0 } }],
    ['throttle,p=1', { schedule: { p: 1 } }],
    ['throttle,p=.25', { schedule: { p: 0.25 } }],
    ['throttle,p=1e-3', { schedule: { p: 0.001 } }],
    [
      'throttle,retry-after=2,retry-after-ms=1500',
      { parameters: { 'retry-after': 2, 'retry-after-ms': 1500 } },
    ],
    [
      'not-found,api=a1b2c3d4e5,deployment=vakw79,region=us-east-1',
      { scope: { api: 'a1b2c3d4e5', deployment: 'vakw79', region: 'us-east-1' } },
    ],
    ['throttle,deployment=', { scope: { deployment: '' } }],
    ['throttle,api=a=b', { scope: { api: 'a=b' } }],
    ['latency,ms=5', { kind: 'latency', parameters: { ms: 5, distribution: 'fixed' } }],
    ['latency,ms=0.5,jitter=2.5', { parameters: { ms: 0.5, jitter: 2.5 } }],
    ['throttle,name=my-rule_1.a', { name: 'my-rule_1.a' }],
  ])('%s is understood', (spec, expected) => {
    expect(parseFaultSpec(spec)).toMatchObject(expected);
  });

  it('is its own name unless it is given one', () => {
    expect(parseFaultSpec('throttle,first=2').name).toBe('throttle,first=2');
    expect(parseFaultSpec('throttle,first=2,name=x').name).toBe('x');
  });

  it.each(['', 'nope', 'Throttle', 'constructor', '__proto__', ',first=2', ' ', 'first=2'])(
    '%j is refused, naming the known kinds',
    (spec) => {
      expect(() => parseFaultSpec(spec)).toThrow(UsageError);
      expect(() => parseFaultSpec(spec)).toThrow(`Known kinds are ${KINDS}.`);
    },
  );

  it.each([
    ['throttle,nope=1', 'throttle', 'nope'],
    ['throttle,ms=1', 'throttle', 'ms'],
    ['not-found,retry-after=1', 'not-found', 'retry-after'],
    ['throttle,First=1', 'throttle', 'First'],
    ['throttle,constructor=1', 'throttle', 'constructor'],
    ['throttle,__proto__=1', 'throttle', '__proto__'],
    ['throttle,kind=latency', 'throttle', 'kind'],
  ])('%s is refused, naming what is known', (spec, kind, name) => {
    expect(() => parseFaultSpec(spec)).toThrow(`${kind} has no '${name}'. Known names are name, `);
    expect(() => parseFaultSpec(spec)).toThrow(
      'api, deployment, region, after, first, every, p, times, per.',
    );
  });

  it.each([
    ['throttle,p=2', '\'p\' takes a number from 0 to 1, not "2"'],
    ['throttle,p=-0.1', "'p' takes a number from 0 to 1"],
    ['throttle,p=NaN', "'p' takes a number from 0 to 1"],
    ['throttle,p=50%', "'p' takes a number from 0 to 1"],
    ['throttle,first=-1', '\'first\' takes a number of 0 or more, not "-1"'],
    ['throttle,first=1.5', "'first' takes a whole number"],
    ['throttle,first=two', "'first' takes a whole number"],
    ['throttle,first=0x10', "'first' takes a whole number"],
    ['throttle,first=Infinity', "'first' takes a whole number"],
    ['throttle,first=1e400', "'first' takes a whole number"],
    ['throttle,first=1e12', "'first' takes a number up to 1000000000"],
    ['throttle,first=', "'first' has no value"],
    ['throttle,first= ', "'first' has no value"],
    ['throttle,p=', "'p' has no value"],
    ['throttle,name=', "'name' has no value"],
    ['throttle,every=0', "'every' takes a number of 1 or more"],
    ['throttle,times=x', "'times' takes a whole number"],
    ['throttle,after=x', "'after' takes a whole number"],
    ['throttle,per=region', "'per' takes 'key', not \"region\""],
    ['throttle,region=', "'region' takes a region's name"],
    ['throttle,region=nowhere', "'region' takes a region's name"],
    ['throttle,name=a b', "'name' takes 1 to 64 letters"],
    ['throttle,retry-after=-1', "'retry-after' takes a number of 0 or more"],
    ['latency', "distribution 'fixed' needs 'ms'"],
    ['latency,ms=600001', "'ms' takes at most 600000"],
    ['latency,ms=1,jitter=-1', "'jitter' takes a number of 0 or more"],
    ['throttle,first', "'first' is not NAME=VALUE"],
    ['throttle,=2', "'=2' is not NAME=VALUE"],
    ['throttle,', "'' is not NAME=VALUE"],
    ['throttle,,first=2', "'' is not NAME=VALUE"],
    ['throttle,first=2,first=2', "'first' is given twice"],
    ['throttle,first=1,every=2,first=', "'first' is given twice"],
  ])('%s is refused with the reason', (spec, reason) => {
    expect(() => parseFaultSpec(spec)).toThrow(UsageError);
    expect(() => parseFaultSpec(spec)).toThrow(`Cannot use fault '${spec}': ${reason}`);
  });
});

describe('a rule as an object', () => {
  it.each<[object, string]>([
    [{ kind: 'throttle', first: 2, api: 'a1b2c3d4e5' }, 'throttle,first=2,api=a1b2c3d4e5'],
    [{ kind: 'throttle', first: '2' }, 'throttle,first=2'],
    [{ kind: 'throttle', p: 0.5, per: 'key' }, 'throttle,p=0.5,per=key'],
    [{ kind: 'latency', ms: 5, jitter: 1 }, 'latency,ms=5,jitter=1'],
  ])('%j is %s', (value, spec) => {
    const { name, ...rule } = parseFaultObject(value);
    const { name: _, ...expected } = parseFaultSpec(spec);
    expect(rule).toEqual(expected);
    expect(name).toBe(JSON.stringify(value));
  });

  it('has the name it is given', () => {
    expect(parseFaultObject({ kind: 'throttle', name: 'x' }).name).toBe('x');
  });

  it.each<[unknown, string]>([
    [null, "it is not an object with a 'kind'"],
    [undefined, "it is not an object with a 'kind'"],
    ['throttle', "it is not an object with a 'kind'"],
    [[], "it is not an object with a 'kind'"],
    [{ first: 2 }, "it is not an object with a 'kind'"],
    [{ kind: 5 }, "it is not an object with a 'kind'"],
    [{ kind: 'nope' }, "there is no kind 'nope'. Known kinds are"],
    [{ kind: 'throttle', nope: 1 }, "throttle has no 'nope'. Known names are"],
    [{ kind: 'throttle', first: null }, "'first' has no value"],
    [{ kind: 'throttle', first: true }, "'first' has no value"],
    [{ kind: 'throttle', first: [] }, "'first' takes a whole number, not []"],
    [{ kind: 'throttle', first: [2] }, "'first' takes a whole number, not [2]"],
    [{ kind: 'throttle', first: {} }, "'first' takes a whole number"],
    [{ kind: 'throttle', p: 2 }, "'p' takes a number from 0 to 1, not 2"],
    [{ kind: 'throttle', p: [[]] }, "'p' takes a number from 0 to 1"],
    [{ kind: 'throttle', api: 5 }, "'api' takes an API's id, not 5"],
    [{ kind: 'throttle', region: {} }, "'region' takes a region's name"],
    [{ kind: 'throttle', name: 5 }, "'name' takes 1 to 64 letters"],
    [{ kind: 'latency' }, "distribution 'fixed' needs 'ms'"],
  ])('%j is refused', (value, reason) => {
    expect(() => parseFaultObject(value)).toThrow(UsageError);
    expect(() => parseFaultObject(value)).toThrow(reason);
  });
});

it('may be of every kind there is', () => {
  expect(Object.keys(faultKinds).join(', ')).toBe(KINDS);
});
