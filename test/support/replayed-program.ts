import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { onTestFinished } from 'vitest';
import { type CapturedCall, callKey } from './captured-calls.ts';
import { credentials } from './restage.ts';
import { type RawAnswer, sendSigned } from './stand-in/signed-request.ts';

/** How a call was answered, next to what was captured of it. */
export interface Played {
  readonly call: CapturedCall;
  readonly answer: RawAnswer;
  /** What differs from the captured answer; empty when nothing does. */
  readonly difference: string;
}

/** A call to make: a captured one, as it is to be sent this time. */
export interface PlannedCall {
  readonly call: CapturedCall;
  /** The body, with its members in an order of its own. */
  readonly body?: string;
  /** Whether it is sent once more when it was answered, as a client does that did not get the answer. */
  readonly isRetried: boolean;
  /** The places in the plan of calls that must have been answered before. */
  readonly after: readonly number[];
}

/** How a plan is carried out. */
export interface Playing {
  /** How many calls may be under way. */
  readonly parallelism: number;
  /** Picks one of the calls that may go: a number from 0 up to, and without, `count`. */
  readonly pick: (count: number) => number;
  /** Texts of captured answers for which anything may stand: what redaction takes out, and no client had sent. */
  readonly madeUp: RegExp;
}

/** Sends the calls of a plan, each when those before it are answered; gives how each was answered, in the plan's order. */
export async function play(url: string, plan: readonly PlannedCall[], playing: Playing): Promise<Played[]> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const played: Played[] = [];
  const waitsFor = plan.map(({ after }) => after.length);
  const next = plan.map((): number[] => []);
  for (const [index, { after }] of plan.entries()) for (const each of after) next[each]?.push(index);
  const ready = [...plan.keys()].filter((index) => waitsFor[index] === 0);
  const underWay = new Map<number, Promise<void>>();
  while (ready.length > 0 || underWay.size > 0) {
    if (ready.length === 0 || underWay.size === playing.parallelism) {
      await Promise.race(underWay.values());
      continue;
    }
    const [index = 0] = ready.splice(playing.pick(ready.length), 1);
    const planned = plan[index] as PlannedCall;
    const sent = playOne(url, planned, agent, playing.madeUp).then((each) => {
      played[index] = each;
      underWay.delete(index);
      for (const later of next[index] ?? []) {
        waitsFor[later] = (waitsFor[later] ?? 0) - 1;
        if (waitsFor[later] === 0) ready.push(later);
      }
    });
    underWay.set(index, sent);
  }
  return played;
}

async function playOne(
  url: string,
  { call, body, isRetried }: PlannedCall,
  agent: Agent,
  madeUp: RegExp,
): Promise<Played> {
  const id = randomUUID();
  const ask = (attempt: number) => {
    const headers = {
      'amz-sdk-invocation-id': id,
      'amz-sdk-request': `attempt=${attempt}; max=25`,
      ...(call.accept !== undefined && { accept: call.accept }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const { method, target } = call;
    return sendSigned(
      url,
      { method, target, headers, credentials, ...(body !== undefined && { body }) },
      agent,
    );
  };
  const first = await ask(1);
  const answer = isRetried ? await ask(2) : first;
  const difference = differenceOf(call, first, madeUp) || differenceOf(call, answer, madeUp);
  return { call, answer, difference };
}

function differenceOf(
  call: CapturedCall,
  { status, body, text, headers }: RawAnswer,
  madeUp: RegExp,
): string {
  if (status !== call.status) return `${status} in place of ${call.status}: ${text}`;
  const disposition = headers['content-disposition'];
  if (disposition !== call.disposition) return `Content-Disposition ${disposition}`;
  if (body.equals(call.answer)) return '';
  const [captured, given]: unknown[] = [call.answer.toString(), text].map(jsonOf);
  if (captured === undefined) return `'${text}' in place of '${call.answer}'`;
  return firstDifference(given, captured, madeUp, '');
}

/** Where two values differ first, and what stands there; empty when they do not, but for what was made up. */
function firstDifference(given: unknown, captured: unknown, madeUp: RegExp, at: string): string {
  if (typeof captured === 'string' && typeof given === 'string' && madeUp.test(captured)) return '';
  if (isObject(given) && isObject(captured) && Array.isArray(given) === Array.isArray(captured)) {
    const names = [...new Set([...Object.keys(captured), ...Object.keys(given)])];
    const differences = names.map((name) =>
      firstDifference(given[name], captured[name], madeUp, `${at}/${name}`),
    );
    return differences.find((each) => each !== '') ?? '';
  }
  const isSame = Object.is(given, captured);
  return isSame ? '' : `${JSON.stringify(given)} in place of ${JSON.stringify(captured)} at ${at}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a text holds that is JSON; undefined for any other. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A file, or nothing: its bytes were compared already.
    return undefined;
  }
}

/** The calls as they were: each body as it stood, and no call before those that had ended when it began. */
export function asCaptured(calls: readonly CapturedCall[]): PlannedCall[] {
  return calls.map((call, index) => ({
    call,
    ...(call.body !== undefined && { body: call.body }),
    isRetried: false,
    after: [...calls.keys()].filter(
      (other) =>
        other < index &&
        ((calls[other]?.end ?? 0) <= call.start || callKey(calls[other] ?? call) === callKey(call)),
    ),
  }));
}
