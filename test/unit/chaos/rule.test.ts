import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { parseFault, parseFaultObject, parseFaultSpec, patchRule } from '../../../src/chaos/parse-rule.ts';
import { ruleToObject } from '../../../src/chaos/rule.ts';
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
    ['throttle,name=outage in the morning', { name: 'outage in the morning' }],
    ['throttle,cycle=2/8', { schedule: { cycle: { fail: 2, pass: 8 } } }],
    ['throttle,rate=0.5,burst=3', { schedule: { rate: 0.5, burst: 3 } }],
    ['throttle,from=1.5,until=3,ramp=0.001', { schedule: { from: 1.5, until: 3, ramp: 0.001 } }],
    ['throttle,for=0', { schedule: { for: 0 } }],
    ['throttle,attempt=2', { scope: { attempt: { min: 2, max: 2 } } }],
    ['throttle,attempt=2-4', { scope: { attempt: { min: 2, max: 4 } } }],
    ['throttle,attempt=2-', { scope: { attempt: { min: 2, max: Number.POSITIVE_INFINITY } } }],
    ['throttle,session=a,stage=prod', { scope: { session: 'a', stage: 'prod' } }],
    ['throttle,item=prod', { scope: { item: 'prod' } }],
    ['throttle,method=PUT | PATCH', { scope: { method: ['PUT', 'PATCH'] } }],
    ['throttle,header=X-Team: a:b=c ', { scope: { header: { name: 'x-team', value: 'a:b=c' } } }],
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
    ['throttle,First=1', 'throttle', 'First', "Did you mean 'first'? "],
    ['throttle,constructor=1', 'throttle', 'constructor'],
    ['throttle,__proto__=1', 'throttle', '__proto__'],
    ['throttle,kind=latency', 'throttle', 'kind'],
  ])('%s is refused, naming what is known', (spec, kind, name, question = '') => {
    expect(() => parseFaultSpec(spec)).toThrow(`${kind} has no '${name}'. ${question}Known names are name, `);
    expect(() => parseFaultSpec(spec)).toThrow(
      'operation, method, api, deployment, region, attempt, session, item, stage, header, after, first, every, cycle, p, times, per, rate, burst, from, until, for, ramp.',
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
    ['throttle,name=..', "'name' takes 1 to 200 characters"],
    ['throttle,name=a\u2028b', "'name' takes 1 to 200 characters"],
    ['throttle,cycle=2', "'cycle' takes FAIL/PASS"],
    ['throttle,cycle=0/2', "'cycle' takes FAIL/PASS"],
    ['throttle,cycle=2/8/1', "'cycle' takes FAIL/PASS"],
    ['throttle,cycle=-2/8', "'cycle' takes FAIL/PASS"],
    ['throttle,cycle=1/1,every=2', "'cycle' contradicts 'every'"],
    ['throttle,rate=0', "'rate' takes a number of tokens a second above 0"],
    ['throttle,rate=-1', "'rate' takes a number of tokens a second above 0"],
    ['throttle,rate=1e9', "'rate' takes at most 1000000"],
    ['throttle,rate=1,burst=0', "'burst' takes a number of 1 or more"],
    ['throttle,rate=1,burst=1.5', "'burst' takes a whole number"],
    ['throttle,burst=4', "'burst' says nothing without 'rate'"],
    ['throttle,for=-1', "'for' takes a number of 0 or more"],
    ['throttle,for=1m', "'for' takes a number of seconds"],
    ['throttle,from=-1', "'from' takes a number of 0 or more"],
    ['throttle,until=1e9', "'until' takes at most 31536000"],
    ['throttle,from=5,until=5', "'from' 5 is not below 'until' 5"],
    ['throttle,for=5,until=9', "'for' contradicts 'until'"],
    ['throttle,ramp=0', "'ramp' takes a number of 0.001 or more"],
    ['throttle,attempt=0', "'attempt' takes the number of an attempt"],
    ['throttle,attempt=x', "'attempt' takes the number of an attempt"],
    ['throttle,attempt=3-2', "'attempt' takes a range whose end is not below its beginning"],
    ['throttle,session=', "'session' takes a session's name"],
    ['throttle,stage=', "'stage' takes a thing's name"],
    ['throttle,item=', "'item' takes a thing's name"],
    ['throttle,item=a,stage=a', "'item' and 'stage' say the same. Give one of them."],
    [
      'throttle,operation=',
      "'operation' takes an operation's name, several (A|B), or a pattern such as Get*",
    ],
    ['throttle,operation=GetStages|', "'operation' takes an operation's name"],
    ['throttle,operation=GET /restapis', "'operation' takes an operation's name"],
    ['throttle,operation=v2:GetPortal', "'operation' takes an operation's name"],
    ['throttle,operation=GetPortal', "'operation' knows no 'GetPortal'. Did you mean 'v2.GetPortal'?"],
    [
      'throttle,operation=GetStagez',
      "'operation' knows no 'GetStagez'. Did you mean 'GetStages'? Known operations",
    ],
    [
      'throttle,operation=Get*|getStages',
      "'operation' knows no 'getStages'. Did you mean 'GetStages'? Known",
    ],
    ['throttle,operation=constructor', "'operation' knows no 'constructor'. Known operations are"],
    ['throttle,method=', "'method' takes one or several of GET, PUT, POST, PATCH, DELETE, HEAD"],
    ['throttle,method=get', "'method' takes one or several of GET, PUT, POST, PATCH, DELETE, HEAD"],
    ['throttle,method=GET|OPTIONS', "'method' takes one or several of GET, PUT, POST, PATCH, DELETE, HEAD"],
    ['throttle,header=x-team', "'header' takes NAME:VALUE"],
    ['throttle,header=a b:c', "'header' takes NAME:VALUE"],
    [
      'throttle,header=x-team:a,b',
      "'b' is not NAME=VALUE. Write it like throttle,first=2; a value with a comma",
    ],
    ['throttle,retry-after=-1', "'retry-after' takes a number of 0 or more"],
    ['latency', "distribution 'fixed' needs 'ms'"],
    ['latency,ms=x', "'ms' takes a number of milliseconds"],
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
    [{ kind: 'throttle', operation: 'GetStages|Put*' }, 'throttle,operation=GetStages|Put*'],
    [{ kind: 'latency', ms: 5, jitter: 1 }, 'latency,ms=5,jitter=1'],
  ])('%j is %s', (value, spec) => {
    const { name, ...rule } = parseFaultObject(value);
    const { name: _, ...expected } = parseFaultSpec(spec);
    expect(rule).toEqual(expected);
    expect(name).toBe(parseFaultSpec(spec).name);
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
    [{ kind: 'throttle', first: true }, "'first' takes a whole number, not true"],
    [{ kind: 'throttle', attempt: 1.5 }, "'attempt' takes the number of an attempt"],
    [{ kind: 'throttle', attempt: null }, "'attempt' takes the number of an attempt"],
    [{ kind: 'throttle', header: { name: 'x' } }, "'header' takes NAME:VALUE"],
    [{ kind: 'throttle', name: 'a\nb' }, "'name' takes 1 to 200 characters"],
    [{ kind: 'throttle', name: 'a\ud800' }, "'name' takes 1 to 200 characters"],
    [{ kind: 'throttle', name: 'a'.repeat(201) }, "'name' takes 1 to 200 characters"],
    [{ kind: 'throttle', first: [] }, "'first' takes a whole number, not []"],
    [{ kind: 'throttle', first: [2] }, "'first' takes a whole number, not [2]"],
    [{ kind: 'throttle', first: {} }, "'first' takes a whole number"],
    [{ kind: 'throttle', p: 2 }, "'p' takes a number from 0 to 1, not 2"],
    [{ kind: 'throttle', p: [[]] }, "'p' takes a number from 0 to 1"],
    [{ kind: 'throttle', operation: [] }, "'operation' takes an operation's name"],
    [{ kind: 'throttle', operation: [5] }, "'operation' takes an operation's name"],
    [{ kind: 'throttle', operation: ['GetStages|GetResources'] }, "'operation' takes an operation's name"],
    [
      { kind: 'throttle', operation: ['GetStagez'] },
      "'operation' knows no 'GetStagez'. Did you mean 'GetStages'?",
    ],
    [
      { kind: 'throttle', operation: Array.from({ length: 101 }, () => '*') },
      "'operation' takes up to 100 names",
    ],
    [{ kind: 'throttle', method: ['GET', null] }, "'method' takes one or several of"],
    [{ kind: 'throttle', api: 5 }, "'api' takes an API's id, not 5"],
    [{ kind: 'throttle', region: {} }, "'region' takes a region's name"],
    [{ kind: 'throttle', name: 5 }, "'name' takes 1 to 200 characters"],
    [{ kind: 'latency' }, "distribution 'fixed' needs 'ms'"],
    [{ kind: 'latency', ms: 'x' }, "'ms' takes a number of milliseconds"],
  ])('%j is refused', (value, reason) => {
    expect(() => parseFaultObject(value)).toThrow(UsageError);
    expect(() => parseFaultObject(value)).toThrow(reason);
  });
});

describe('a rule that looks at a header', () => {
  const secretive = [
    'authorization',
    'Authorization',
    'X-Amz-Security-Token',
    'proxy-authorization',
    'cookie',
  ];
  it.each([...secretive, 'x-api-key', 'X_API_KEY', 'x-auth-token', 'x-functions-key', 'x-client-secret'])(
    'holds no secret of %s, and the refusal does not say it',
    (name) => {
      const value = `${name}:s3cret`;
      for (const fault of [`throttle,header=${value}`, { kind: 'throttle', header: value }]) {
        expect(() => parseFault(fault)).toThrow("'header' takes no header that carries a secret");
        expect(() => parseFault(fault)).not.toThrow('s3cret');
      }
      expect(() => parseFault(`throttle,header=${value},s3cret`)).not.toThrow('s3cret');
      const rule = parseFault('throttle');
      expect(() => patchRule(rule, { header: value })).toThrow('carries a secret');
      expect(() => patchRule(rule, { header: value })).not.toThrow('s3cret');
    },
  );

  it.each(['Bearer s3cret', 'Basic s3cret', 'http://user:s3cret@host', 'token=s3cret', 'user:s3cret@host'])(
    'holds no secret in the value %s of any, and the refusal does not say it',
    (value) => {
      for (const fault of [
        `throttle,header=x-team:${value}`,
        { kind: 'throttle', header: `x-team:${value}` },
      ]) {
        expect(() => parseFault(fault)).toThrow("'header' takes no header that carries a secret");
        expect(() => parseFault(fault)).not.toThrow('s3cret');
      }
    },
  );

  it('may look for a value with a comma, given as an object', () => {
    expect(parseFault({ kind: 'throttle', header: 'x-team:a,b' }).scope.header).toEqual({
      name: 'x-team',
      value: 'a,b',
    });
  });
});

it('a rule is named by what it says, in one line that can stand anywhere', () => {
  expect(parseFault('throttle , first=02').name).toBe('throttle,first=2');
  expect(parseFault('throttle,api=\u001b[31m\n\u202e\ud800').name).toBe('throttle,api=?[31m???');
  expect(parseFault(`throttle,api=${'x'.repeat(500)}`).name).toHaveLength(100);
  expect(parseFault({ kind: 'throttle', operation: ['GetStages', 'Put*'], method: ['GET'] }).name).toBe(
    'throttle,operation=GetStages|Put*,method=GET',
  );
});

it.each([
  ['throttle,api=user:s3cret@host', 'throttle,api=…@host'],
  ['throttle,session=http://s3cret@host', 'throttle,session=http://…@host'],
  ['throttle,stage=token=s3cret', 'throttle,stage=token=…'],
])('the rule %s is named without its secret', (spec, name) => {
  expect(parseFault(spec).name).toBe(name);
});

it('a message names the place in a file', () => {
  expect(() => parseFault('nope', { place: "[1] of 'x.yaml'" })).toThrow(
    "Cannot use fault 'nope' ([1] of 'x.yaml'): there is no kind 'nope'. Known kinds are",
  );
});

it('a value that refers to itself is refused like any other', () => {
  const value: unknown[] = [];
  value.push(value);
  expect(() => parseFault(value)).toThrow("it is not an object with a 'kind'");
});

describe('a rule as the object that it could be given as', () => {
  it.each<[unknown, object]>([
    ['throttle,first=2', { name: 'throttle,first=2', kind: 'throttle', first: 2 }],
    ['throttle,name=x,p=.5,per=key', { name: 'x', kind: 'throttle', p: 0.5, per: 'key' }],
    ['throttle,cycle=2/8', { name: 'throttle,cycle=2/8', kind: 'throttle', cycle: '2/8' }],
    [
      'latency,ms=5,attempt=1-2,header=X-A:b',
      {
        name: 'latency,ms=5,attempt=1-2,header=X-A:b',
        kind: 'latency',
        ms: 5,
        attempt: '1-2',
        header: 'X-A:b',
      },
    ],
  ])('of %j is %j', (given, expected) => {
    expect(ruleToObject(parseFault(given))).toEqual(expected);
  });

  it('gives the same rule again', () => {
    const rules = fc.record(
      {
        kind: fc.constantFrom('throttle', 'not-found'),
        name: fc.constantFrom('x', 'a b', 'ü'),
        api: fc.string({ minLength: 1 }),
        operation: fc.constantFrom('GetStages', 'Get*|v2.CreateVpcLink', ['GetStages', '*Portal']),
        method: fc.constantFrom('GET', 'PUT|POST', ['PATCH']),
        attempt: fc.constantFrom(1, '1-2', '3-', '2'),
        header: fc.constantFrom('x-a:b', 'X-A: b,c'),
        after: fc.oneof(fc.nat(9), fc.nat(9).map(String)),
        cycle: fc.constantFrom('1/2', '3/4'),
        p: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('0.5', '.25', '1e-3')),
        rate: fc.constantFrom(0.5, '2'),
        from: fc.constantFrom(0, '1.5'),
        for: fc.constantFrom(0, 10),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(rules, fc.constantFrom({}, { defaultForSeconds: 600 }), (given, options) => {
        const rule = parseFault(given, options);
        expect(parseFault(ruleToObject(rule))).toEqual(rule);
      }),
    );
  });
});

describe('a rule made at run time', () => {
  it.each([
    ['throttle', 600],
    ['throttle,for=5', 5],
    ['throttle,for=0', 0],
    ['throttle,until=5', undefined],
    ['throttle,from=1000', 1600],
  ])('%s ends by itself, unless it says when: %s', (spec, seconds) => {
    const rule = parseFault(spec, { defaultForSeconds: 600 });
    expect(rule.schedule.for).toBe(seconds);
    expect(ruleToObject(rule).for).toBe(seconds);
    expect(rule.name).toBe(spec);
  });
});

describe('a patch', () => {
  const rule = parseFault('throttle,first=2,api=x');

  it.each<[object, object]>([
    [{ p: 0.5 }, { kind: 'throttle', first: 2, api: 'x', p: 0.5 }],
    [{ first: 5 }, { kind: 'throttle', first: 5, api: 'x' }],
    [
      { first: null, 'retry-after': 1 },
      { kind: 'throttle', api: 'x', 'retry-after': 1 },
    ],
    [{ kind: 'conflict' }, { kind: 'conflict', first: 2, api: 'x' }],
    [{ name: rule.name }, { kind: 'throttle', first: 2, api: 'x' }],
    [{ every: null }, { kind: 'throttle', first: 2, api: 'x' }],
    [{}, { kind: 'throttle', first: 2, api: 'x' }],
  ])('of %j changes these fields alone', (changes, expected) => {
    expect(ruleToObject(patchRule(rule, changes))).toEqual({ name: rule.name, ...expected });
  });

  it.each<[unknown, string]>([
    [null, 'it is not an object of fields'],
    [[], 'it is not an object of fields'],
    [{ nope: 1 }, "throttle has no 'nope'. Known names are name, "],
    [{ nope: null }, "throttle has no 'nope'. Known names are name, "],
    [{ kind: 'nope' }, "there is no kind 'nope'. Known kinds are"],
    [{ kind: null }, "'kind' is not the name of a kind"],
    [{ kind: 'latency' }, "distribution 'fixed' needs 'ms'"],
    [{ kind: 'latency', ms: 'x' }, "'ms' takes a number of milliseconds"],
    [{ name: 'y' }, "a rule keeps its 'name'"],
    [{ name: null }, "a rule keeps its 'name'"],
    [{ p: 2 }, "'p' takes a number from 0 to 1, not 2"],
    [{ burst: 2 }, "'burst' says nothing without 'rate'"],
    [{ first: '' }, "'first' has no value"],
  ])('of %j is refused', (changes, reason) => {
    expect(() => patchRule(rule, changes)).toThrow(UsageError);
    expect(() => patchRule(rule, changes)).toThrow(reason);
  });

  it('that takes the end away leaves a rule that ends by itself', () => {
    const live = parseFault('throttle,for=5', { defaultForSeconds: 600 });
    expect(patchRule(live, { for: null }, { defaultForSeconds: 600 }).schedule.for).toBe(600);
  });
});
