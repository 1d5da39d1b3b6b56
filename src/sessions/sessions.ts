import { memoryBounds } from '../bounds.ts';
import type { Order } from '../cassette/order.ts';
import type { Plan } from '../chaos/plan.ts';
import { CallError, FailureError } from '../errors.ts';
import { ownText } from '../journal/own-text.ts';
import { findLeastMissed } from './least-missed.ts';
import { type Mode, modeNeeds } from './mode.ts';
import type { Session } from './session.ts';

/** What makes one session different from another. */
export interface SessionSettings {
  readonly mode: Mode;
  /** The folder of cassettes. It is for who started restage to say, and for nobody who calls it. */
  readonly dir: string;
  readonly cassette: string;
  readonly order: Order;
  readonly plan: Plan;
  /** What the plan's texts take that is this session's own; 0 for the server's. */
  readonly planBytes: number;
  readonly seed: number;
  /** How long it may stay unused before it ends by itself. */
  readonly idleSeconds: number;
  /** The command that its misses name, which records them; restage's own if not given. */
  readonly recordWith?: string | undefined;
}

/** A session that was put together, and what it needs to be taken apart. */
export interface OpenSession {
  readonly session: Session;
  readonly close: () => Promise<void>;
}

/** What the sessions of one server need. */
export interface SessionsSettings {
  /** Those of the server: of the main session, and of each that is made on first use. */
  readonly defaults: SessionSettings;
  readonly open: (name: string | undefined, settings: SessionSettings) => OpenSession;
  /** Milliseconds that only rise. */
  readonly elapsed: () => number;
  /** Told when a session that ended by itself could not be closed. */
  readonly onError: (error: unknown) => void;
}

/** One session as it is listed. */
export interface SessionListing {
  readonly session: Session;
  readonly idleSeconds: number;
  /** How long it has not been used. */
  readonly unusedMs: number;
}

/** Longer than a test is looked at in a debugger. */
export const DEFAULT_IDLE_SECONDS = 3600;

interface Entry {
  readonly open: OpenSession;
  /** The plan that it was made with. */
  plan: Plan;
  readonly idleSeconds: number;
  lastUsedMs: number;
  inFlight: number;
  /** Whether somebody asked for it, or set something in it: it makes room for no other. */
  isExplicit: boolean;
  /** Whether it was made with settings of its own, and not by a call that named it. */
  readonly isMade: boolean;
}

/** The isolated views of one proxy, by their names. */
export class Sessions {
  /** The one that calls without a session belong to. It never ends by itself. */
  readonly main: Session;
  #defaults: SessionSettings;
  readonly #main: OpenSession;
  readonly #settings: SessionsSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  /** The names of the last ones that have ended for good. */
  readonly #ended = new Set<string>();

  constructor(settings: SessionsSettings) {
    this.#settings = settings;
    this.#defaults = settings.defaults;
    this.#main = settings.open(undefined, settings.defaults);
    this.main = this.#main.session;
  }

  /** What a session is made with that is made on first use. */
  get defaults(): SessionSettings {
    return this.#defaults;
  }

  /** Gives the main session another plan, and those that were made with the server's; rules made at run time stay. */
  setPlan(plan: Plan): void {
    const old = this.#defaults.plan;
    this.#defaults = { ...this.#defaults, plan };
    this.main.rules.setPlan(plan);
    for (const entry of this.#entries.values()) {
      if (entry.plan !== old) continue;
      entry.plan = plan;
      entry.open.session.rules.setPlan(plan);
    }
  }

  /** Whether there is a session of that name, and it has not ended. */
  has(name: string): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && !isIdle(entry, this.#settings.elapsed());
  }

  /**
   * The session for a call, made with the server's defaults on first use; an error when there are too many.
   * @param isExplicit whether it is control that enters: what is set in a session must not be lost.
   */
  enter(name: string | undefined, isExplicit = false): Session | CallError {
    if (name === undefined) return this.main;
    const entry = this.#entries.get(name);
    const now = this.#settings.elapsed();
    if (entry !== undefined && !isIdle(entry, now)) {
      entry.lastUsedMs = now;
      if (isExplicit) entry.isExplicit = true;
      return entry.open.session;
    }
    this.endIdle();
    const end = this.findEnd(name);
    if (end !== undefined) return end;
    try {
      return this.#add(name, this.#defaults, { isExplicit, isMade: false }).open.session;
    } catch (error) {
      if (error instanceof CallError) return error;
      throw error;
    }
  }

  /** The session of that name, if there is one. */
  find(name: string): Session | undefined {
    return this.#entries.get(name)?.open.session;
  }

  /** Keeps the session from ending while an answer is under way. */
  hold<T>(session: Session, answer: Promise<T>): Promise<T> {
    const entry = session.name === undefined ? undefined : this.#entries.get(session.name);
    if (entry === undefined) return answer;
    entry.inFlight += 1;
    return answer.finally(() => {
      entry.inFlight -= 1;
      entry.lastUsedMs = this.#settings.elapsed();
    });
  }

  /**
   * Makes a session with settings of its own; settled when it can record, if it is to.
   * @throws {@link CallError} when there is one of that name, or too many, or its cassette cannot be recorded to.
   */
  async create(name: string, settings: SessionSettings): Promise<Session> {
    this.endIdle();
    if (this.#entries.has(name)) {
      throw new CallError(
        'SessionExistsException',
        `Cannot make session '${name}': there is one already. Remove it first, or choose another name.`,
      );
    }
    const { open } = this.#add(name, settings, { isExplicit: true, isMade: true });
    try {
      if (modeNeeds[settings.mode].recorder === 'anew') await open.session.recorder?.start();
      return open.session;
    } catch (cause) {
      await this.remove(name);
      if (!(cause instanceof FailureError)) throw cause;
      throw new CallError('SessionNotMadeException', cause.message, { cause });
    }
  }

  /**
   * Ends a session for good: no call makes one of its name again, with the server's settings, by coming late. Settled when
   * what it recorded is saved.
   */
  async end(name: string): Promise<void> {
    const [oldest] = this.#ended;
    if (this.#ended.size >= memoryBounds.endedSessions && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.add(ownText(name));
    await this.remove(name);
  }

  /**
   * Ends a session as it began: one that was made for good, one that a call made by naming it until the next such call. Settled
   * when what it recorded is saved. False when there is none of that name.
   */
  async dismiss(name: string): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    await (entry.isMade ? this.end(name) : this.remove(name));
    return true;
  }

  /** Why no call makes a session of that name, if one of that name has ended for good. */
  findEnd(name: string): CallError | undefined {
    return this.#ended.has(name) ? hasEnded(name) : undefined;
  }

  /** Ends a session; settled when what it recorded is saved. False when there is none of that name. */
  async remove(name: string): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    this.#entries.delete(name);
    const closing = entry.open.close();
    this.#closing.add(closing);
    try {
      await closing;
    } finally {
      this.#closing.delete(closing);
    }
    return true;
  }

  /** Every session but the main one, in the order they were made. */
  get list(): SessionListing[] {
    this.endIdle();
    const now = this.#settings.elapsed();
    return [...this.#entries.values()].map(({ open, idleSeconds, lastUsedMs }) => ({
      session: open.session,
      idleSeconds,
      unusedMs: now - lastUsedMs,
    }));
  }

  /** Ends the sessions that were not used for as long as they may be, each as it began. */
  endIdle(): void {
    const now = this.#settings.elapsed();
    for (const [name, entry] of this.#entries)
      if (isIdle(entry, now)) this.dismiss(name).catch(this.#settings.onError);
  }

  /** Ends all sessions, the main one last. */
  async close(): Promise<void> {
    for (const name of this.#entries.keys()) this.remove(name).catch(this.#settings.onError);
    // Whoever asked for the end of a session is told if that failed. The main one is closed all the same.
    await Promise.allSettled(this.#closing);
    await this.#main.close();
  }

  /** @throws {@link CallError} when there is no room for it, and no session that makes room. */
  #add(name: string, settings: SessionSettings, how: Pick<Entry, 'isExplicit' | 'isMade'>): Entry {
    const entry = {
      open: this.#open(name, settings),
      plan: settings.plan,
      idleSeconds: settings.idleSeconds,
      lastUsedMs: this.#settings.elapsed(),
      inFlight: 0,
      ...how,
    };
    this.#entries.set(name, entry);
    return entry;
  }

  #open(name: string, settings: SessionSettings): OpenSession {
    if (this.#entries.size >= memoryBounds.sessions && !this.#endLeastMissed()) throw tooMany(name);
    for (;;) {
      try {
        // A part of the target that names it would keep the whole target in memory.
        return this.#settings.open(ownText(name), settings);
      } catch (error) {
        // There may be fewer than so many, and no memory left all the same.
        if (!(error instanceof CallError) || !this.#endLeastMissed()) throw error;
      }
    }
  }

  /** Makes room for another session. False when each is needed. */
  #endLeastMissed(): boolean {
    const least = findLeastMissed(this.#entries);
    if (least === undefined) return false;
    this.remove(least).catch(this.#settings.onError);
    return true;
  }
}

function hasEnded(name: string): CallError {
  return new CallError(
    'SessionEndedException',
    `Cannot enter session '${name}': whoever made it has closed it, or left it idle for too long. Make all calls before, or make it again.`,
  );
}

function tooMany(name: string): CallError {
  return new CallError(
    'SessionLimitExceededException',
    `Cannot make session '${name}': there are ${memoryBounds.sessions} already. ` +
      'Remove some with DELETE /__restage/sessions/NAME.',
  );
}

function isIdle({ idleSeconds, lastUsedMs, inFlight }: Entry, now: number): boolean {
  return inFlight === 0 && now - lastUsedMs >= idleSeconds * 1000;
}
