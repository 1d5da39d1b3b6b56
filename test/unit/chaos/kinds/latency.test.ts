import { describe, expect, it } from 'vitest';
import { parseFaultObject, parseFaultSpec } from '../../../../src/chaos/parse-rule.ts';
import { strike } from '../../../support/victim.ts';

describe('latency', () => {
  it.each([
    ['ms=100', 0.5, 100],
    ['ms=100,jitter=50', 0, 100],
    ['ms=100,jitter=50', 0.5, 125],
    ['ms=0,jitter=50', 0.5, 25],
    ['ms=0', 0.9, 0],
    ['distribution=fixed,ms=7,jitter=2', 0.5, 8],
    ['distribution=uniform,min=10,max=20', 0, 10],
    ['distribution=uniform,min=10,max=20', 0.25, 12.5],
    ['distribution=uniform,min=10,max=10', 0.9, 10],
    ['distribution=normal,ms=100,deviation=0', 0.3, 100],
    ['distribution=normal,ms=0,deviation=100', 0.5, 0],
    ['distribution=log-normal,ms=100,sigma=0', 0.3, 100],
    ['distribution=log-normal,ms=600000,sigma=10', 0.95, 600_000],
    ['distribution=percentiles,percentiles=50:20/90:100', 0, 20],
    ['distribution=percentiles,percentiles=90:100/50:20', 0.7, 60],
    ['distribution=percentiles,percentiles=50:20/90:100', 0.95, 100],
  ])('of %s with a draw of %d is %d ms', (parameters, draw, delayMs) => {
    const effect = strike(`latency,${parameters}`, { draw: () => draw });
    expect(effect).toEqual({ type: 'delay', delayMs: expect.closeTo(delayMs) });
  });

  it('spikes at every so many calls', () => {
    const waits = Array.from({ length: 7 }, (_, index) =>
      strike('latency,distribution=spike,ms=5,spike-ms=900,spike-every=3', { n: index + 1 }),
    );
    expect(waits.map((effect) => effect?.type === 'delay' && effect.delayMs)).toEqual([
      5, 5, 900, 5, 5, 900, 5,
    ]);
  });

  it.each(['normal,ms=100,deviation=30', 'log-normal,ms=100,sigma=1'])(
    'of %s draws twice, each time for another purpose',
    (parameters) => {
      const purposes: unknown[] = [];
      const draw = (purpose?: string) => {
        purposes.push(purpose);
        return 0.5;
      };
      strike(`latency,distribution=${parameters}`, { draw });
      expect(new Set(purposes).size).toBe(2);
      expect(purposes).toHaveLength(2);
    },
  );

  it.each([
    ['latency', "distribution 'fixed' needs 'ms'. Known names are ms, jitter."],
    [
      'latency,min=1,max=2',
      "distribution 'fixed' has no 'min', which is of uniform. Known names are ms, jitter.",
    ],
    [
      'latency,distribution=uniform,ms=1',
      "has no 'ms', which is of fixed, normal, log-normal, spike. Known names are min, max.",
    ],
    ['latency,distribution=uniform,min=1', "distribution 'uniform' needs 'max'. Known names are min, max."],
    ['latency,distribution=uniform,min=2,max=1', "'min' is 2 and 'max' only 1"],
    ['latency,distribution=normal,ms=1,jitter=1', "distribution 'normal' has no 'jitter', which is of fixed"],
    ['latency,distribution=normal,ms=1', "distribution 'normal' needs 'deviation'"],
    ['latency,distribution=log-normal,ms=1', "distribution 'log-normal' needs 'sigma'"],
    ['latency,distribution=log-normal,ms=1,sigma=11', "'sigma' takes a number from 0 to 10"],
    ['latency,distribution=spike,ms=1,spike-ms=2', "distribution 'spike' needs 'spike-every'"],
    ['latency,distribution=spike,ms=1,spike-ms=2,spike-every=0', "'spike-every' takes a number of 1 or more"],
    ['latency,distribution=percentiles', "distribution 'percentiles' needs 'percentiles'"],
    [
      'latency,distribution=gamma,ms=1',
      "'distribution' takes one of fixed, uniform, normal, log-normal, spike, percentiles",
    ],
    ['latency,ms=-1', "'ms' takes a number of 0 or more"],
  ])('%s is refused: %s', (spec, reason) => {
    expect(() => parseFaultSpec(spec)).toThrow(reason);
  });
});

describe('a table of percentiles', () => {
  const read = (percentiles: unknown) =>
    parseFaultObject({ kind: 'latency', distribution: 'percentiles', percentiles }).parameters.percentiles;

  it.each<[unknown, object]>([
    ['50:20/90:100/99:1000', { 50: 20, 90: 100, 99: 1000 }],
    [' 99.9 : 1e3 / 50:20', { 50: 20, 99.9: 1000 }],
    [
      { 50: 20, '90': '100' },
      { 50: 20, 90: 100 },
    ],
    ['0:0/100:0', { 0: 0, 100: 0 }],
    ['50:5', { 50: 5 }],
  ])('may be %j', (given, table) => {
    expect(read(given)).toEqual(table);
  });

  it.each<[unknown, string]>([
    [5, 'takes PERCENT:MS pairs'],
    [[[50, 1]], 'takes PERCENT:MS pairs'],
    ['50', 'takes PERCENT:MS pairs'],
    ['50:1:2', 'takes PERCENT:MS pairs'],
    ['50:1/', 'takes PERCENT:MS pairs'],
    [{ 50: ' ' }, "takes waits from 0 to 600000 ms, and ' ' is none"],
    [{}, 'takes 1 to 100 points'],
    ['101:1', "takes percents from 0 to 100, and '101' is none"],
    ['-1:1', "takes percents from 0 to 100, and '-1' is none"],
    ['p50:1', "takes percents from 0 to 100, and 'p50' is none"],
    ['50:-1', "takes waits from 0 to 600000 ms, and '-1' is none"],
    ['50:600001', "takes waits from 0 to 600000 ms, and '600001' is none"],
    ['50:1/50.0:2', 'takes each percent once, and 50 is there twice'],
    ['50:20/90:10', 'takes waits that rise with the percents, and that of 90 is less than the one before'],
    [Array.from({ length: 101 }, (_, at) => `${at / 2}:1`).join('/'), 'takes 1 to 100 points'],
  ])('may not be %j', (given, reason) => {
    expect(() => read(given)).toThrow(`'percentiles' ${reason}`);
  });
});
