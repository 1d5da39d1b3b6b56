import * as z from 'zod';
import { listNames } from '../../errors.ts';
import * as distribution from '../distribution.ts';
import type { Victim } from '../effect.ts';
import { type Flaw, faultKind, type Parsed, type Shape } from '../fault-kind.ts';
import { MAX_WAIT_MS, milliseconds, numberBetween, positiveNumber } from '../parameter.ts';
import { percentileTable, pointsOf } from '../percentile-table.ts';

/** How long a call waits, in milliseconds. */
type Wait = (victim: Pick<Victim, 'draw' | 'n'>) => number;

/** A way in which waits are spread. */
interface Distribution {
  readonly parameters: Shape;
  /** The names of those that must be given. */
  readonly needed: readonly string[];
  readonly findFlaw: (parameters: object) => Flaw | undefined;
  readonly create: (parameters: object) => Wait;
}

const parameters = {
  ms: milliseconds.describe(
    'The wait in milliseconds: of fixed and of most calls of spike; the mean of normal, the median of log-normal',
  ),
  jitter: milliseconds.describe('fixed: up to so many milliseconds more'),
  min: milliseconds.describe('uniform: the shortest wait in milliseconds'),
  max: milliseconds.describe('uniform: the longest wait in milliseconds'),
  deviation: milliseconds.describe('normal: the standard deviation in milliseconds'),
  sigma: numberBetween(0, 10).describe("log-normal: the standard deviation of the wait's logarithm"),
  'spike-ms': milliseconds.describe('spike: the wait of every N-th call in milliseconds'),
  'spike-every': positiveNumber.describe('spike: every so many calls one waits longer'),
  percentiles: percentileTable.describe('percentiles: waits in milliseconds by percent, 50:20/99:1000'),
};

/** The ways in which waits can be spread, and which parameters each has. */
const distributions = {
  fixed: spreading(
    { ms: parameters.ms, jitter: parameters.jitter.optional() },
    ({ ms, jitter = 0 }) =>
      ({ draw }) =>
        jitter > 0 ? distribution.uniform(ms, ms + jitter, draw()) : ms,
  ),
  uniform: spreading(
    { min: parameters.min, max: parameters.max },
    ({ min, max }) =>
      ({ draw }) =>
        distribution.uniform(min, max, draw()),
    ({ min, max }) =>
      min > max
        ? { reason: `'min' is ${min} and 'max' only ${max}`, remedy: 'Give the smaller one as min' }
        : undefined,
  ),
  normal: spreading(
    { ms: parameters.ms, deviation: parameters.deviation },
    ({ ms, deviation }) =>
      ({ draw }) =>
        distribution.normal(ms, deviation, draw('radius'), draw('angle')),
  ),
  'log-normal': spreading(
    { ms: parameters.ms, sigma: parameters.sigma },
    ({ ms, sigma }) =>
      ({ draw }) =>
        distribution.logNormal(ms, sigma, draw('radius'), draw('angle')),
  ),
  spike: spreading(
    { ms: parameters.ms, 'spike-ms': parameters['spike-ms'], 'spike-every': parameters['spike-every'] },
    ({ ms, 'spike-ms': spikeMs, 'spike-every': every }) =>
      ({ n }) =>
        distribution.spike(ms, spikeMs, every, n),
  ),
  percentiles: spreading({ percentiles: parameters.percentiles }, ({ percentiles }) => {
    const points = pointsOf(percentiles);
    return ({ draw }) => distribution.percentile(points, draw());
  }),
} satisfies Record<string, Distribution>;

const names = Object.keys(distributions) as Array<keyof typeof distributions>;

/** Waits before answering; the call is an ordinary one otherwise. */
export const latency = faultKind({
  describes: 'waits before answering',
  example: 'latency,distribution=log-normal,ms=80,sigma=0.7',
  isRandom: ({ distribution: name, jitter = 0 }) => (name === 'fixed' ? jitter > 0 : name !== 'spike'),
  parameters: {
    distribution: z
      .enum(names, `takes one of ${listNames(names)}`)
      .describe('How the waits are spread')
      .default('fixed'),
    ...optional(parameters),
  },
  findFlaw: ({ distribution: name, ...given }) => {
    const { parameters: own, needed, findFlaw } = distributions[name];
    const remedy = `Known names are ${listNames(Object.keys(own))}`;
    const foreign = Object.keys(given).find((each) => !Object.hasOwn(own, each));
    if (foreign !== undefined)
      return {
        reason: `distribution '${name}' has no '${foreign}', which is of ${listNames(ownersOf(foreign))}`,
        remedy,
      };
    const missing = needed.find((each) => !Object.hasOwn(given, each));
    return missing === undefined
      ? findFlaw(given)
      : { reason: `distribution '${name}' needs '${missing}'`, remedy };
  },
  create: ({ distribution: name, ...given }) => {
    const wait = distributions[name].create(given);
    return {
      strike: (victim) => ({ type: 'delay', delayMs: Math.min(Math.max(wait(victim), 0), MAX_WAIT_MS) }),
    };
  },
});

/** The distributions that have a parameter of that name. */
function ownersOf(parameter: string): string[] {
  return names.filter((name) => Object.hasOwn(distributions[name].parameters, parameter));
}

/** Binds the types of a distribution's parameters to its waits, and forgets them for the table. */
function spreading<S extends Shape>(
  shape: S,
  create: (parameters: Parsed<S>) => Wait,
  findFlaw: (parameters: Parsed<S>) => Flaw | undefined = () => undefined,
): Distribution {
  const schema: z.ZodObject<S> = z.object(shape);
  return {
    parameters: shape,
    needed: Object.keys(shape).filter((name) => shape[name]?.safeParse(undefined).success === false),
    findFlaw: (given) => findFlaw(schema.parse(given)),
    create: (given) => create(schema.parse(given)),
  };
}

function optional<S extends Shape>(shape: S): { [Name in keyof S]: z.ZodOptional<S[Name]> } {
  const entries = Object.entries(shape).map(([name, schema]) => [name, schema.optional()] as const);
  return Object.fromEntries(entries) as { [Name in keyof S]: z.ZodOptional<S[Name]> };
}
