import { acceptedRepresentation } from '../aws/apigateway/accepted-representation.ts';
import { type Answer, type Body, headerValues, type Outcome, withoutHeaders } from '../call.ts';
import type { Interaction } from '../cassette/format.ts';
import { describeMiss, missError } from '../cassette/miss.ts';
import type { Clock } from './clock.ts';
import type { Context } from './context.ts';
import type { Action } from './decide.ts';
import { type Ending, failedEnding } from './ending.ts';
import { OUTCOME_HEADER, type RequestIds, toAnswer } from './ready-answer.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

/** What the actions need besides the call. */
export interface Tools {
  /** Absent in replay. */
  readonly upstream: Upstream | undefined;
  readonly ids: RequestIds;
  readonly clock: Clock;
}

type Act = (context: Context, interaction: Interaction | undefined, tools: Tools) => Ending | Promise<Ending>;

/** How each action is done. Which one is, the proxy decides. */
export const actions: Readonly<Record<Action, Act>> = { play, record, forward, miss };

function play(
  { call, session, region }: Context,
  interaction: Interaction | undefined,
  { ids }: Tools,
): Ending {
  const { player } = session;
  const representation = acceptedRepresentation(call.accept);
  const ready =
    interaction &&
    (call.method === 'HEAD'
      ? player.preview(interaction, region, representation)
      : player.play(interaction, region, representation));
  if (ready === undefined) throw new Error('what can be played has no answer');
  return { answer: toAnswer(ready, ids), outcome: 'replayed' };
}

async function miss(
  { session, asked }: Context,
  _interaction: Interaction | undefined,
  { ids }: Tools,
): Promise<Ending> {
  const { message, note } =
    asked.key === undefined
      ? {
          message: `Cannot replay ${asked.name}: ${asked.notUnderstood}. Replay what can be recorded, or use passthrough.`,
          note: asked.notUnderstood,
        }
      : await describeMiss(session.cassette, asked.key);
  return failedEnding(missError(message), 'missed', ids, note);
}

async function forward(
  context: Context,
  _interaction: Interaction | undefined,
  tools: Tools,
): Promise<Ending> {
  const sent = await send(context, false, tools);
  return forwarded(sent, context.asked.notUnderstood);
}

async function record(
  context: Context,
  _interaction: Interaction | undefined,
  tools: Tools,
): Promise<Ending> {
  const { session, asked, region = '' } = context;
  const sent = await send(context, true, tools);
  const { answer } = sent;
  if (asked.key === undefined || session.recorder === undefined) return forwarded(sent);
  if (answer.text === undefined) return forwarded(sent, `not recorded: ${answer.obstacle}`);
  const recording = asked.operation.read(
    {
      status: answer.status,
      contentType: headerValues(answer.headers, 'content-type')[0] ?? '',
      errorType: errorTypeOf(answer),
      text: answer.text,
    },
    asked.key,
  );
  if (recording === undefined)
    return forwarded(sent, `not recorded: ${answer.status} ${errorTypeOf(answer) ?? 'is no answer to keep'}`);
  const stored = await session.recorder.store(asked.key, asked.operation, region, recording);
  if (stored.interaction === undefined) return forwarded(sent, `not recorded: ${stored.reason}`);
  session.player.skip(stored.interaction, region);
  return { answer: withOutcome(answer, 'recorded'), outcome: 'recorded', upstreamMs: sent.tookMs };
}

/** What the upstream said, and how long that took until its head was there, or the whole of it. */
interface Sent {
  readonly answer: UpstreamAnswer;
  readonly tookMs: number;
}

async function send(
  { call, passage }: Context,
  wholeBody: boolean,
  { upstream, clock }: Tools,
): Promise<Sent> {
  if (passage === undefined || upstream === undefined) throw new Error('replay forwards nothing');
  const request = await passage.toRequest();
  const startedAt = clock.elapsed();
  let answer = await upstream.forward(request, wholeBody, call.whenOver);
  if (passage.isMisdated(request, answer)) {
    await discard(answer.body);
    answer = await upstream.forward(await passage.toRequest(), wholeBody, call.whenOver);
  }
  return { answer, tookMs: clock.elapsed() - startedAt };
}

/** Lets go of what is still to come of a body. */
async function discard(body: Body): Promise<void> {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  for await (const _ of body) break;
}

function forwarded({ answer, tookMs }: Sent, note?: string): Ending {
  return { answer: withOutcome(answer, 'forwarded'), outcome: 'forwarded', upstreamMs: tookMs, note };
}

function errorTypeOf({ headers }: Answer): string | undefined {
  return headerValues(headers, 'x-amzn-errortype')[0];
}

function withOutcome(answer: Answer, outcome: Outcome): Answer {
  const headers = withoutHeaders(answer.headers, (name) => name === OUTCOME_HEADER);
  return { ...answer, headers: [...headers, OUTCOME_HEADER, outcome] };
}
