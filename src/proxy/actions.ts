import { representationFor } from '../aws/apigateway/accepted-representation.ts';
import { isSuccess } from '../aws/apigateway/operation.ts';
import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import {
  type Answer,
  type Body,
  headerValues,
  type Outcome,
  type Representation,
  withoutHeaders,
} from '../call.ts';
import type { Interaction, Take } from '../cassette/format.ts';
import { describeMiss, describeOtherRepresentation, missError } from '../cassette/miss.ts';
import type { Clock } from './clock.ts';
import type { Context } from './context.ts';
import type { Action } from './decide.ts';
import { type Ending, failedEnding } from './ending.ts';
import { OUTCOME_HEADER, type RequestIds, readyReplay, toAnswer } from './ready-answer.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

/** What the actions need besides the call. */
export interface Tools {
  /** Absent in replay. */
  readonly upstream: Upstream | undefined;
  readonly ids: RequestIds;
  readonly clock: Clock;
  /** Operations whose answers are recorded only if they are named. */
  readonly recordedByName: ReadonlySet<string>;
}

type Act = (context: Context, interaction: Interaction | undefined, tools: Tools) => Ending | Promise<Ending>;

/** How each action is done. Which one is, the proxy decides. */
export const actions: Readonly<Record<Action, Act>> = { play, record, forward, miss };

function play(
  context: Context,
  interaction: Interaction | undefined,
  { ids, clock }: Tools,
): Ending | Promise<Ending> {
  const { call, session, asked, region } = context;
  const { player } = session;
  const representation = representationFor(asked.operation, call.accept);
  const isPlain = session.sent.isEmpty && asked.operation?.isWrite !== true;
  const take = isPlain ? undefined : interaction && player.peek(interaction, region);
  const ready =
    interaction &&
    (call.method === 'HEAD'
      ? player.preview(interaction, region, representation)
      : player.play(interaction, region, representation));
  if (ready === undefined) return missRepresentation(context, interaction, representation, ids);
  const answer = toAnswer(withSentValues(context, take, representation) ?? ready, ids);
  const isOfOtherDates = asked.key?.undatedText !== undefined && interaction?.key.text !== asked.key.text;
  const ending: Ending = {
    answer,
    outcome: 'replayed',
    ...(isOfOtherDates && { note: 'as it was recorded with other dates' }),
  };
  if (asked.key !== undefined && asked.operation.isWrite)
    session.answered.add(call.invocationId, asked.key.text, ending, clock.now());
  return ending;
}

/** The answer with what this client has sent and redaction took out; nothing where it has sent nothing of the kind. */
function withSentValues(
  { session, asked, sent }: Context,
  take: Take | undefined,
  representation: Representation,
): PlannedAnswer | undefined {
  if (take === undefined || asked.key === undefined) return undefined;
  const { key, operation } = asked;
  if (sent !== undefined && operation.isWrite && isSuccess(take.status))
    session.sent.learn(key, sent.raw, sent.redacted, take.content);
  if (session.sent.isEmpty) return undefined;
  const content = session.sent.restore(key, take.content);
  if (content === take.content) return undefined;
  const rendering = operation.render({ ...take, content }, key, representation);
  return rendering && readyReplay(take.status, rendering);
}

/** What is recorded cannot be told in the representation that is asked for. */
async function missRepresentation(
  { session, asked, region }: Context,
  interaction: Interaction | undefined,
  representation: Representation,
  ids: RequestIds,
): Promise<Ending> {
  const take = interaction && session.player.peek(interaction, region);
  if (take === undefined || asked.key === undefined) throw new Error('what can be played has no answer');
  const { message, note } = describeOtherRepresentation(session.cassette, asked.key, take, representation);
  return failedEnding(missError(message), 'missed', ids, note);
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
      : await describeMiss(session.cassette, asked.key, session.recordWith);
  return failedEnding(missError(message), 'missed', ids, note);
}

async function forward(
  context: Context,
  _interaction: Interaction | undefined,
  tools: Tools,
): Promise<Ending> {
  const sent = await send(context, false, tools);
  const { asked, session } = context;
  const isLeftOut = asked.operation?.isRecordedByName === true && session.recorder !== undefined;
  return forwarded(sent, isLeftOut ? askToRecord(asked.name) : asked.notUnderstood);
}

function askToRecord(operation: string): string {
  return `not recorded: its answers hold logs, and are recorded with '--record-operation ${operation}' alone`;
}

async function record(
  context: Context,
  _interaction: Interaction | undefined,
  tools: Tools,
): Promise<Ending> {
  const { session, asked, call, region = '' } = context;
  const { key, operation } = asked;
  const { recorder } = session;
  const before = key && recorder?.placeOf(key, session.player.frontierOf(key));
  const sent = await send(context, true, tools);
  const { answer } = sent;
  if (key === undefined || recorder === undefined || before === undefined) return forwarded(sent);
  const { status } = answer;
  // Counted as it comes, stored or not: what is read from now on is read after it.
  const at = operation.isWrite && isSuccess(status) ? recorder.countWrite(key, operation) : before;
  if (answer.content === undefined) return forwarded(sent, `not recorded: ${answer.obstacle}`);
  const recording = operation.read(
    {
      status,
      contentType: headerValues(answer.headers, 'content-type')[0] ?? '',
      contentDisposition: headerValues(answer.headers, 'content-disposition')[0],
      errorType: errorTypeOf(answer),
      body: answer.content,
      asked: representationFor(operation, call.accept),
    },
    key,
  );
  if (recording === undefined)
    return forwarded(sent, `not recorded: ${status} ${errorTypeOf(answer) ?? 'is no answer to keep'}`);
  const stored = await recorder.store({ key, operation, region, recording, at });
  if (stored.interaction === undefined) return forwarded(sent, `not recorded: ${stored.reason}`);
  session.player.skip(stored.interaction, region);
  const ending: Ending = {
    answer: withOutcome(answer, 'recorded'),
    outcome: 'recorded',
    upstreamMs: sent.tookMs,
  };
  if (operation.isWrite) session.answered.add(call.invocationId, key.text, ending, tools.clock.now());
  return ending;
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
