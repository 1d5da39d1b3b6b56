import { acceptedRepresentation } from './aws/accept.ts';
import { claimedRegion } from './aws/authorization.ts';
import { type ServiceError, serviceErrors } from './aws/error.ts';
import { Identifier } from './aws/identifier.ts';
import type { Identified } from './aws/operations.ts';
import type { Denial, Passage, UpstreamRequest } from './aws/signer.ts';
import { type Answer, type Call, headerValues, type Outcome, withoutHeaders } from './call.ts';
import type { Addressing, CallerCheck } from './caller.ts';
import type { Interaction } from './cassette/format.ts';
import { describeMiss } from './cassette/miss.ts';
import type { Strike } from './chaos/rule-set.ts';
import { CallError, reasonOf } from './errors.ts';
import type { Observer } from './journal.ts';
import { originalOf } from './original.ts';
import { OUTCOME_HEADER, type RequestIds, readyAnswer, readyError, toAnswer } from './ready-answer.ts';
import type { Mode, Session } from './session.ts';

/** An answer of the upstream. `text` is its decoded body; absent when it is too long, or cannot be decoded. */
export interface UpstreamAnswer extends Answer {
  readonly text: string | undefined;
}

/** What forwarding modes need besides. */
export interface Upstream {
  /** Decides whether a call may go on, and signs it. */
  readonly admit: (call: Call, isKept: boolean) => Promise<Passage | Denial>;
  /** Sends it. `wholeBody`: the answer's body is wanted, to be recorded. */
  readonly forward: (request: UpstreamRequest, wholeBody: boolean) => Promise<UpstreamAnswer>;
}

/** What a proxy is made of. */
export interface ProxyParts {
  readonly callers: CallerCheck;
  readonly session: Session;
  /** Absent in replay. */
  readonly upstream: Upstream | undefined;
  /** Answers what is addressed to restage itself; nothing for all else. */
  readonly control: (call: Call, session: Session) => Answer | undefined;
  readonly ids: RequestIds;
  readonly observe: Observer;
  readonly clock: Clock;
}

/** The time, and waiting for it. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds that only rise. */
  readonly elapsed: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What is done with a call that no fault answers. */
type Action = 'play' | 'record' | 'forward' | 'miss';

/** The one place where the mode decides. */
function decide(mode: Mode, isUnderstood: boolean, isRecorded: boolean): Action {
  if (mode === 'passthrough') return 'forward';
  if (mode === 'replay') return isRecorded ? 'play' : 'miss';
  if (!isUnderstood) return 'forward';
  return mode === 'auto' && isRecorded ? 'play' : 'record';
}

/** How a call ended. */
interface Ending {
  readonly answer: Answer;
  readonly outcome: Outcome;
  readonly fault?: string;
  readonly note?: string | undefined;
}

/** A call and what was found out about it. */
interface Context {
  readonly call: Call;
  readonly session: Session;
  readonly asked: Identified;
  readonly region: string | undefined;
  /** How it may go on; absent in replay, where none does. */
  readonly passage: Passage | undefined;
}

/** One call in, one outcome out. */
export class RestageProxy {
  readonly #parts: ProxyParts;
  readonly #identifier = new Identifier();

  constructor(parts: ProxyParts) {
    this.#parts = parts;
  }

  /**
   * Answers a call: at once where that is possible, since a replayed call has nothing to wait for.
   *
   * The order of decisions: caller allowed → control → session → operation and key → signature (forwarding modes) →
   * faults → mode. Refused calls count for nothing.
   */
  answer(call: Call): Answer | Promise<Answer> {
    const { callers, clock, control, session, upstream } = this.#parts;
    const startedAt = clock.elapsed();
    const addressing = callers.check(call);
    const controlled = addressing === 'own' ? control(call, session) : undefined;
    if (controlled !== undefined) return controlled;

    const asked = this.#identifier.identify(call.method, call.target);
    const context: Context = {
      call,
      session,
      asked,
      region: claimedRegion(call.authorizations[0]),
      passage: undefined,
    };
    if (addressing instanceof CallError) {
      return this.#finish(context, this.#fail(addressing, 'refused', addressing.message), startedAt);
    }
    const ending = this.#begin(context, addressing, upstream);
    if (!(ending instanceof Promise)) return this.#finish(context, ending, startedAt);
    return ending
      .catch((error: unknown) => this.#failWith(error))
      .then((late) => this.#finish(context, late, startedAt));
  }

  #begin(context: Context, addressing: Addressing, upstream: Upstream | undefined): Ending | Promise<Ending> {
    if (upstream !== undefined) return this.#afterCall(context, addressing, upstream);
    try {
      return this.#afterSignature(context);
    } catch (error) {
      return this.#failWith(error);
    }
  }

  async #afterCall(context: Context, addressing: Addressing, upstream: Upstream): Promise<Ending> {
    const passage = await upstream.admit(context.call, addressing === 'service');
    if ('error' in passage) return this.#fail(passage.error, 'refused', passage.hint);
    const signed = { ...context, passage, region: passage.region };
    if (passage.obstacle !== undefined) {
      await this.#load(signed);
      // What is recorded can be played without credentials. All else would come to nothing, and must count for nothing.
      if (this.#decide(signed, findInteraction(signed)) !== 'play')
        return this.#fail(passage.obstacle, 'refused', passage.obstacle.message);
    }
    return this.#afterSignature(signed);
  }

  #afterSignature(context: Context): Ending | Promise<Ending> {
    const { call, session, asked, region } = context;
    const strike = session.rules.strike({
      key: asked.key?.text ?? asked.name,
      restApiId: asked.key?.restApiId,
      deploymentId: asked.key?.parameters.deploymentId,
      region,
      session: session.name,
      attempt: call.attempt,
      headers: call.headers,
      original: originalOf(context, findInteraction(context)),
    });
    return strike.delayMs > 0 ? this.#afterDelay(context, strike) : this.#afterFaults(context, strike);
  }

  async #afterDelay(context: Context, strike: Strike): Promise<Ending> {
    await this.#parts.clock.sleep(strike.delayMs);
    if (context.call.isAbandoned()) {
      // Whoever gave up must not use up a take that nobody gets, nor have anything recorded.
      const error = serviceErrors.unavailable();
      return this.#fail(error, 'faulted', 'the client had gone before the delay was over');
    }
    return this.#afterFaults(context, strike);
  }

  #afterFaults(context: Context, { answer }: Strike): Ending | Promise<Ending> {
    if (answer === undefined) {
      const interaction = findInteraction(context);
      const isReady = interaction !== undefined || this.#isLoaded(context);
      return isReady ? this.#act(context, interaction) : this.#actWhenLoaded(context);
    }
    return {
      answer: toAnswer(readyAnswer(answer.planned, 'faulted'), this.#parts.ids),
      outcome: 'faulted',
      fault: answer.rule,
    };
  }

  async #actWhenLoaded(context: Context): Promise<Ending> {
    await this.#load(context);
    return this.#act(context, findInteraction(context));
  }

  #act(context: Context, interaction: Interaction | undefined): Ending | Promise<Ending> {
    switch (this.#decide(context, interaction)) {
      case 'play':
        return this.#play(context, interaction);
      case 'miss':
        return this.#miss(context);
      case 'forward':
        return this.#forward(context);
      case 'record':
        return this.#record(context);
    }
  }

  #decide({ session, asked, region }: Context, interaction: Interaction | undefined): Action {
    const isRecorded = interaction !== undefined && session.player.canPlay(interaction, region);
    return decide(session.mode, asked.key !== undefined, isRecorded);
  }

  #isLoaded({ session, asked: { key } }: Context): boolean {
    return key === undefined || !session.usesRecordings || session.cassette.peek(key.restApiId) !== undefined;
  }

  async #load(context: Context): Promise<void> {
    const { key } = context.asked;
    if (key === undefined || this.#isLoaded(context)) return;
    // Before the call is forwarded: what cannot be read cannot be recorded to either.
    await context.session.cassette.load(key.restApiId);
  }

  #play({ call, session, region }: Context, interaction: Interaction | undefined): Ending {
    const ready =
      interaction && session.player.play(interaction, region, acceptedRepresentation(call.accept));
    if (ready === undefined) throw new Error('what can be played has no answer');
    return { answer: toAnswer(ready, this.#parts.ids), outcome: 'replayed' };
  }

  async #miss({ session, asked }: Context): Promise<Ending> {
    const message =
      asked.key === undefined
        ? `Cannot replay ${asked.name}: ${asked.notUnderstood}. Replay what can be recorded, or use passthrough.`
        : await describeMiss(session.cassette, asked.key);
    return this.#fail(new CallError('RecordingNotFoundException', message), 'missed', message);
  }

  async #forward(context: Context): Promise<Ending> {
    return this.#forwarded(await this.#send(context, false), context.asked.notUnderstood);
  }

  async #record(context: Context): Promise<Ending> {
    const { session, asked, region = '' } = context;
    const answer = await this.#send(context, true);
    if (asked.key === undefined || session.recorder === undefined) return this.#forwarded(answer);
    if (answer.text === undefined)
      return this.#forwarded(answer, 'not recorded: too long, or not to be decoded');
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
      return this.#forwarded(
        answer,
        `not recorded: ${answer.status} ${errorTypeOf(answer) ?? 'is no answer to keep'}`,
      );
    const stored = await session.recorder.store(asked.key, asked.operation, region, recording);
    if (stored.interaction === undefined) return this.#forwarded(answer, `not recorded: ${stored.reason}`);
    session.player.skip(stored.interaction, region);
    return { answer: withOutcome(answer, 'recorded'), outcome: 'recorded' };
  }

  async #send({ passage }: Context, wholeBody: boolean): Promise<UpstreamAnswer> {
    if (passage === undefined || this.#parts.upstream === undefined)
      throw new Error('replay forwards nothing');
    return this.#parts.upstream.forward(await passage.toRequest(), wholeBody);
  }

  #forwarded(answer: Answer, note?: string): Ending {
    return { answer: withOutcome(answer, 'forwarded'), outcome: 'forwarded', note };
  }

  #failWith(error: unknown): Ending {
    if (error instanceof CallError) {
      const outcome = error.type === 'UpstreamUnreachableException' ? 'forwarded' : 'refused';
      return this.#fail(error, outcome, error.message);
    }
    const failure = new CallError(
      'InternalErrorException',
      `Cannot answer the call: ${reasonOf(error)}. Report this.`,
      {
        cause: error,
      },
    );
    return this.#fail(failure, 'refused', failure.message);
  }

  #fail(error: ServiceError | CallError, outcome: Outcome, note?: string): Ending {
    return { answer: toAnswer(readyError(error, outcome), this.#parts.ids), outcome, note };
  }

  #finish({ call, session, asked, region }: Context, ending: Ending, startedAt: number): Answer {
    const entry = {
      at: this.#parts.clock.now(),
      session: session.name,
      operation: asked.name,
      restApiId: asked.key?.restApiId,
      parameters: asked.key?.parameters,
      region,
      outcome: ending.outcome,
      status: ending.answer.status,
      durationMs: this.#parts.clock.elapsed() - startedAt,
      invocationId: call.invocationId,
      attempt: call.attempt,
      client: call.client(),
      abandoned: call.isAbandoned(),
      fault: ending.fault,
      note: ending.note,
    };
    session.journal.add(entry);
    this.#parts.observe(entry);
    return ending.answer;
  }
}

function findInteraction({ session, asked }: Context): Interaction | undefined {
  return asked.key && session.cassette.find(asked.key);
}

function errorTypeOf({ headers }: Answer): string | undefined {
  return headerValues(headers, 'x-amzn-errortype')[0];
}

function withOutcome(answer: Answer, outcome: Outcome): Answer {
  const headers = withoutHeaders(answer.headers, (name) => name === OUTCOME_HEADER);
  return { ...answer, headers: [...headers, OUTCOME_HEADER, outcome] };
}
