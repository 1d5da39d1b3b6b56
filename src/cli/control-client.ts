import * as z from 'zod';
import { errorCode, FailureError, reasonOf, UsageError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import { settingReaders } from '../settings/setting-readers.ts';
import type { Values } from '../settings/settings.ts';
import { controlOptions } from './control-options.ts';

/** How long a running proxy may take to answer. */
const TIMEOUT_MS = 10_000;
const errorSchema = z.object({ message: z.string() });

/** Talks to a running proxy. */
export class ControlClient {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  /** @throws {@link UsageError} for an option that cannot be used. */
  constructor(flags: Values, env: Readonly<Record<string, string | undefined>>) {
    const [url, session, token] = controlOptions.map(({ name, variable, default: preset }) => {
      const value = flags[name] ?? (env[variable] || preset);
      if (Array.isArray(value))
        throw new UsageError(`Cannot use --${name}: it is given more than once. Give it once.`);
      return value === undefined ? undefined : String(value);
    });
    if (url === undefined || !/^https?:\/\/[^\s/?#@]+\/?$/.test(url))
      throw new UsageError('Cannot use --url: it is not like http://127.0.0.1:8480. Correct it.');
    if (session !== undefined && settingReaders.cassette.read(session) === undefined)
      throw new UsageError(
        `Cannot use --session ${withoutSecrets(JSON.stringify(session))}: it is no session's name. Correct it.`,
      );
    this.#base = `${url.replace(/\/$/, '')}${session === undefined ? '' : `/@${session}`}/__restage`;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /**
   * Calls the proxy.
   * @param schema what it says when all is well.
   * @returns what it said.
   * @throws {@link FailureError} when it cannot be reached; with its own words when it refused what was asked for, or failed.
   * What can be seen to be no usage was refused before.
   */
  async call<T>(method: string, path: string, schema: z.ZodType<T>, fields?: object): Promise<T> {
    const answer = await this.#fetch(method, path, fields);
    const content = readJson(await this.#read(answer));
    const found = schema.safeParse(content);
    if (answer.ok && found.success) return found.data;
    const said = errorSchema.safeParse(content);
    if (answer.ok || !said.success) {
      throw new FailureError(
        `Cannot talk to ${this.#base}: what answers there (${answer.status}) is not restage. Correct '--url'.`,
      );
    }
    throw new FailureError(said.data.message);
  }

  async #fetch(method: string, path: string, fields: object | undefined): Promise<Response> {
    try {
      return await fetch(this.#base + path, {
        method,
        headers: this.#headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(fields !== undefined && { body: JSON.stringify(fields) }),
      });
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  async #read(answer: Response): Promise<string> {
    try {
      return await answer.text();
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): FailureError {
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    const words = errorCode(reason) === 'ECONNREFUSED' ? 'nothing listens there' : reasonOf(reason);
    return new FailureError(
      `Cannot reach restage at ${this.#base}: ${words}. Start it, or name another place with '--url'.`,
      { cause },
    );
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not restage's own words, then: the caller says so.
    return undefined;
  }
}
