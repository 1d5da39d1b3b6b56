import { type CapturedCall, callKey } from './captured-calls.ts';
import type { PlannedCall } from './replayed-program.ts';

/**
 * The calls of another run of the same program, which does the same and is not the same: what ran in parallel comes in
 * another order, members of bodies and operations of patches too, some reads come twice or not at all, a phase of reads
 * alone (a plan) is left out or made once more, and some writes are sent again by a client that missed the answer.
 * @param random gives numbers from 0 to, and without, 1.
 */
export function varied(calls: readonly CapturedCall[], random: () => number): PlannedCall[] {
  const chance = (of: number) => random() < of;
  const stable = stableReads(calls);
  const chosen = calls
    .map((call, index) => ({ call, index }))
    .filter(({ index }) => !stable.has(index) || !chance(0.1))
    .flatMap((each) => (stable.has(each.index) && chance(0.1) ? [each, each] : [each]));
  const again = phases(chosen).flatMap((phase) => {
    const isPlan = phase.every(({ call, index }) => isRead(call) && stable.has(index));
    return isPlan
      ? Array(Math.floor(random() * 3))
          .fill(phase)
          .flat()
      : phase;
  }) as typeof chosen;
  let writes = 0;
  const writesBefore = again.map(({ call }) => (isRead(call) ? writes : ++writes));
  return again.map(({ call }, place) => ({
    call,
    ...(call.body !== undefined && { body: shuffledBody(call.body, random) }),
    isRetried: !isRead(call) && chance(0.2),
    after: [...again.keys()].filter(
      (other) => other < place && mustBeBefore(again, writesBefore, other, place),
    ),
  }));
}

interface Chosen {
  readonly call: CapturedCall;
  readonly index: number;
}

/** Of two calls of which none waited for the other either may be first; reads with no write between them never wait. */
function mustBeBefore(
  chosen: readonly Chosen[],
  writesBefore: readonly number[],
  first: number,
  second: number,
): boolean {
  const [a, b] = [chosen[first]?.call, chosen[second]?.call];
  if (a === undefined || b === undefined) return false;
  if (a.phase !== b.phase || callKey(a) === callKey(b)) return true;
  if (a.end > b.start) return false;
  return !isRead(a) || !isRead(b) || (writesBefore[second] ?? 0) > (writesBefore[first] ?? 0);
}

/** Reads that have the same answer as all others of their key between the writes that could change it. */
function stableReads(calls: readonly CapturedCall[]): Set<number> {
  const stable = new Set<number>();
  for (const [index, call] of calls.entries()) {
    if (!isRead(call)) continue;
    const isApart = (other: CapturedCall) => !isRead(other) && areRelated(other, call);
    const from = calls.slice(0, index).findLastIndex(isApart) + 1;
    const to = calls.findIndex((other, place) => place > index && isApart(other));
    const between = calls.slice(from, to < 0 ? undefined : to);
    const near = between.filter((other) => callKey(other) === callKey(call));
    const isCertain = !calls.some(
      (other) => isApart(other) && other.start < call.end && other.end > call.start,
    );
    if (
      isCertain &&
      near.every(({ status, answer }) => status === call.status && answer.equals(call.answer))
    ) {
      stable.add(index);
    }
  }
  return stable;
}

/** Whether one path is the beginning of the other. */
function areRelated(a: CapturedCall, b: CapturedCall): boolean {
  const [first = '', second = ''] = [a, b].map(({ target }) => `${target.split('?')[0]}/`);
  return first.startsWith(second) || second.startsWith(first);
}

function isRead({ method }: CapturedCall): boolean {
  return method === 'GET';
}

function phases(chosen: readonly Chosen[]): Chosen[][] {
  const names = [...new Set(chosen.map(({ call }) => call.phase))];
  return names.map((name) => chosen.filter(({ call }) => call.phase === name));
}

/** The same body for the service: members in any order, and operations of patches, but for those of one path. */
function shuffledBody(body: string, random: () => number): string {
  const mixed = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) {
      const elements = value.map((each) => mixed(each));
      return name === 'patchOperations'
        ? shuffledPatch(elements as Array<{ path: string }>, random)
        : elements;
    }
    if (typeof value !== 'object' || value === null) return value;
    const members = shuffled(Object.entries(value), random);
    return Object.fromEntries(members.map(([member, each]) => [member, mixed(each, member)]));
  };
  return JSON.stringify(mixed(JSON.parse(body)));
}

function shuffledPatch<T extends { path: string }>(operations: readonly T[], random: () => number): T[] {
  const paths = shuffled([...new Set(operations.map(({ path }) => path))], random);
  return paths.flatMap((path) => operations.filter((each) => each.path === path));
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value): [number, T] => [random(), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
