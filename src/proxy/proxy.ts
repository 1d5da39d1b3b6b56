import { Identifier } from '../aws/apigateway/identifier.ts';
import { serviceErrors } from '../aws/apigateway/service-error.ts';
import { claimedRegion } from '../aws/signing/authorization.ts';
import type { Passage } from '../aws/signing/signer.ts';
import type { Addressing, Answer, Call, Outcome } from '../call.ts';
import type { Interaction } from '../cassette/format.ts';
import type { Strike } from '../chaos/rule-set.ts';
import { CallError, reasonOf } from '../errors.ts';
import { type JournalEntry, keptEntry, type Observer } from '../journal/entry.ts';
import { ownText } from '../journal/own-text.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { AnsweredWrite } from '../sessions/answered-writes.ts';
import type { Session } from '../sessions/session.ts';
import { findSession, withOneSlash, withoutSession } from '../sessions/session-address.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { actions, type Tools } from './actions.ts';
import type { CallerCheck } from './caller-check.ts';
import { complete, isIncomplete } from './complete.ts';
import type { Context } from './context.ts';
import { type Ending, failedEnding, faultedEnding, retryAfterMsOf, statusSeen } from './ending.ts';
import type { Gaps } from './gaps.ts';
import { originalOf } from './original.ts';
import { actionOf, findInteraction, isLoaded, load } from './recorded.ts';
import type { Upstream } from './upstream.ts';

/** What a proxy is made of. */
export interface ProxyParts extends Tools {
  readonly callers: CallerCheck;
  readonly sessions: Sessions;
  readonly control: Control;
  readonly observe: Observer;
  readonly gaps: Gaps;
  readonly redact: Redactor;
}

/** What answers calls that are addressed to restage itself. */
export interface Control {
  readonly isFor: (call: Call) => boolean;
  /** `sessionName`: the session that the call controls; absent for the server. */
  readonly answer: (call: Call, sessionName: string | undefined) => Answer | Promise<Answer>;
}

/** What the rules do where there are none. */
const UNHARMED: Strike = { delayMs: 0, answer: undefined, hits: [] };

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
   * faults → mode. Refused calls count for nothing, and no session is made for them.
   */
  answer(received: Call): Answer | Promise<Answer> {
    const { callers, clock, control, sessions, upstream } = this.#parts;
    const startedAt = clock.elapsed();
    const addressing = callers.check(received);
    if (addressing instanceof CallError) return this.#refuse(received, addressing, startedAt);

    const name = findSession(received, addressing);
    if (name instanceof CallError) return this.#refuse(received, name, startedAt);
    const inside = name === undefined || addressing === 'service' ? received : withoutSession(received);
    const call = addressing === 'own' ? withOneSlash(inside) : inside;
    if (addressing === 'own' && control.isFor(call)) return control.answer(call, name);

    if (name !== undefined && upstream !== undefined && !sessions.has(name))
      return this.#answerNewcomer(call, name, addressing, upstream, startedAt);
    const session = sessions.enter(name);
    if (session instanceof CallError) return this.#refuse(received, session, startedAt, name);
    const context = this.#contextOf(call, session);
    const ending = this.#begin(context, addressing);
    if (!(ending instanceof Promise)) return this.#finish(context, ending, startedAt);
    return this.#finishLater(context, ending, startedAt);
  }

  /** Whether the call may be made at all, as far as its head tells: what is refused need not be read to its end. */
  screen(call: Call): Answer | undefined {
    const startedAt = this.#parts.clock.elapsed();
    const addressing = this.#parts.callers.check(call);
    return addressing instanceof CallError ? this.#refuse(call, addressing, startedAt) : undefined;
  }

  /** Whoever must show that it may call shows it before a session is made for it: there are only so many. */
  async #answerNewcomer(
    call: Call,
    name: string,
    addressing: Addressing,
    upstream: Upstream,
    startedAt: number,
  ): Promise<Answer> {
    const { sessions } = this.#parts;
    const stranger = this.#contextOf(call, sessions.main, name);
    try {
      const passage = await upstream.admit(call, addressing === 'service');
      if ('error' in passage)
        return this.#finish(stranger, this.#fail(passage.error, 'refused', passage.hint), startedAt);
      const session = sessions.enter(name);
      if (session instanceof CallError) return this.#refuse(call, session, startedAt, name);
      const context = this.#contextOf(call, session);
      return this.#finishLater(context, this.#afterAdmission(context, passage), startedAt);
    } catch (error) {
      return this.#finish(stranger, this.#failWith(error), startedAt);
    }
  }

  #finishLater(context: Context, ending: Promise<Ending>, startedAt: number): Promise<Answer> {
    const finished = ending
      .catch((error: unknown) => this.#failWith(error))
      .then((late) => this.#finish(context, late, startedAt));
    return this.#parts.sessions.hold(context.session, finished);
  }

  #contextOf(call: Call, session: Session, claimedName?: string): Context {
    return {
      call,
      session,
      // A part of the target would keep the whole of it in memory.
      sessionName: claimedName === undefined ? session.name : ownText(claimedName),
      asked: this.#identifier.identify(call),
      region: claimedRegion(call.authorizations[0]),
      passage: undefined,
    };
  }

  #refuse(call: Call, error: CallError, startedAt: number, claimedName?: string): Answer {
    const context = this.#contextOf(call, this.#parts.sessions.main, claimedName);
    return this.#tell(context, this.#fail(error, 'refused', error.message), startedAt);
  }

  #begin(context: Context, addressing: Addressing): Ending | Promise<Ending> {
    const { upstream } = this.#parts;
    const { session } = context;
    if (upstream !== undefined && session.forwards) return this.#afterCall(context, addressing, upstream);
    try {
      return this.#afterSignature(context);
    } catch (error) {
      return this.#failWith(error);
    }
  }

  async #afterCall(context: Context, addressing: Addressing, upstream: Upstream): Promise<Ending> {
    const passage = await upstream.admit(context.call, addressing === 'service');
    return 'error' in passage
      ? this.#fail(passage.error, 'refused', passage.hint)
      : this.#afterAdmission(context, passage);
  }

  async #afterAdmission(context: Context, passage: Passage): Promise<Ending> {
    const signed = { ...context, passage, region: passage.region };
    return this.#afterSignature(signed);
  }

  #afterSignature(context: Context): Ending | Promise<Ending> {
    if (isIncomplete(context)) return this.#afterCompletion(context);
    return context.passage?.obstacle === undefined
      ? this.#afterKey(context)
      : this.#afterObstacle(context, context.passage.obstacle);
  }

  async #afterCompletion(context: Context): Promise<Ending> {
    const whole = await complete(context, this.#parts.redact);
    return { ...(await this.#afterSignature(whole)), asked: whole.asked };
  }

  /** What is recorded can be played without credentials. All else would come to nothing, and must count for nothing. */
  async #afterObstacle(context: Context, obstacle: CallError): Promise<Ending> {
    await load(context);
    const action = actionOf(context, findInteraction(context), this.#parts.recordedByName);
    if (action !== 'play' && action !== 'miss') return this.#fail(obstacle, 'refused', obstacle.message);
    return this.#afterKey(context);
  }

  #afterKey(context: Context): Ending | Promise<Ending> {
    const { rules } = context.session;
    if (rules.isEmpty) return this.#afterFaults(context, UNHARMED);
    if (rules.needsRecordings && !isLoaded(context)) return this.#strikeWhenLoaded(context);
    return this.#strike(context);
  }

  async #strikeWhenLoaded(context: Context): Promise<Ending> {
    await load(context);
    return this.#strike(context);
  }

  #strike(context: Context): Ending | Promise<Ending> {
    const { call, session, asked, region } = context;
    const strike = session.rules.strike({
      key: asked.key?.text ?? asked.name,
      operation: asked.name,
      method: call.method,
      path: asked.key?.path,
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
      const ending = this.#fail(error, 'faulted', 'the client had gone before the delay was over');
      return { ...ending, hits: strike.hits };
    }
    return this.#afterFaults(context, strike);
  }

  #afterFaults(context: Context, { answer, hits }: Strike): Ending | Promise<Ending> {
    if (answer !== undefined) {
      return { ...faultedEnding(answer.planned, answer.rule, this.#parts.ids), hits };
    }
    const interaction = findInteraction(context);
    const isReady = interaction !== undefined || isLoaded(context);
    const ending = isReady ? this.#act(context, interaction) : this.#actWhenLoaded(context);
    if (hits.length === 0) return ending;
    return ending instanceof Promise ? ending.then((late) => ({ ...late, hits })) : { ...ending, hits };
  }

  async #actWhenLoaded(context: Context): Promise<Ending> {
    await load(context);
    return this.#act(context, findInteraction(context));
  }

  #act(context: Context, interaction: Interaction | undefined): Ending | Promise<Ending> {
    const again = findAnswered(context);
    if (again !== undefined) return { ...again, note: 'answered as the attempt before' };
    const action = actionOf(context, interaction, this.#parts.recordedByName);
    return actions[action](context, interaction, this.#parts);
  }

  #failWith(error: unknown): Ending {
    if (error instanceof CallError) {
      const outcome = error.type === 'UpstreamUnreachableException' ? 'forwarded' : 'refused';
      return this.#fail(error, outcome, error.message);
    }
    const failure = new CallError(
      'InternalErrorException',
      `Cannot answer the call: ${reasonOf(error)}. Report this.`,
      { cause: error },
    );
    return this.#fail(failure, 'refused', failure.message);
  }

  #fail(error: Parameters<typeof failedEnding>[0], outcome: Outcome, note?: string): Ending {
    return failedEnding(error, outcome, this.#parts.ids, note);
  }

  #finish(begun: Context, ending: Ending, startedAt: number): Answer {
    const { asked = begun.asked, outcome } = ending;
    const context = asked === begun.asked ? begun : { ...begun, asked };
    const isGap = outcome !== 'replayed' && outcome !== 'recorded';
    return this.#tell(context, ending, startedAt, isGap && this.#parts.gaps.note(context, ending));
  }

  #tell(
    { call, session, sessionName, asked, region }: Context,
    ending: Ending,
    startedAt: number,
    isMiss = false,
  ): Answer {
    const { clock, sessions, observe } = this.#parts;
    const { answer } = ending;
    const entry = keptEntry({
      at: clock.now(),
      session: sessionName,
      operation: asked.name,
      restApiId: asked.key?.restApiId,
      parameters: asked.key?.parameters,
      region,
      outcome: ending.outcome,
      status: statusSeen(answer),
      durationMs: clock.elapsed() - startedAt,
      upstreamMs: ending.upstreamMs,
      invocationId: call.invocationId,
      attempt: call.attempt,
      maxAttempts: call.maxAttempts,
      client: call.client,
      abandoned: call.isAbandoned(),
      damaged: ending.damaged ?? false,
      retryAfterMs: retryAfterMsOf(answer),
      fault: ending.fault,
      hits: ending.hits ?? NO_HITS,
      note: ending.note,
    });
    tell(session, entry, isMiss);
    if (session !== sessions.main) tell(sessions.main, entry, isMiss);
    observe(entry);
    return answer;
  }
}

/** How another attempt at a write was answered. */
function findAnswered({ asked, call, session }: Context): AnsweredWrite | undefined {
  if (asked.operation === undefined || !asked.operation.isWrite) return undefined;
  return session.answered.find(call.invocationId, asked.key.text);
}

const NO_HITS: readonly string[] = [];

function tell(session: Session, entry: JournalEntry, isMiss: boolean): void {
  session.journal.add(entry, isMiss);
  session.retries.add(entry);
}
