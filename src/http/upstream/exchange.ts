import type { ClientRequest, IncomingMessage } from 'node:http';
import { errorCode } from '../../errors.ts';

/** How long an upstream may take. */
export interface ExchangeLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly interimAnswers: number;
}

/** Errors of a kept-alive socket that the upstream had closed already, before it read the request. */
const DEAD_SOCKET_ERRORS = new Set(['ECONNRESET', 'EPIPE']);
/** An answer, or what came in its place. */
export type ExchangeResult =
  | { readonly response: IncomingMessage }
  | { readonly response?: never; readonly error: unknown; readonly wasDeadSocket: boolean };

/** One request under way: settled by what happens first. */
export class Exchange {
  readonly #limits: ExchangeLimits;
  readonly #settle: (result: ExchangeResult) => void;
  #request: ClientRequest | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #answerTimer: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(limits: ExchangeLimits, settle: (result: ExchangeResult) => void) {
    this.#limits = limits;
    this.#settle = settle;
  }

  /** The request has a socket. */
  sending(request: ClientRequest): void {
    this.#request = request;
    // An upstream that switches protocols ends without an answer and without an error.
    request.once('close', () => this.failed(new Error('it closed the connection without an answer')));
    const { connectMs, firstByteMs, interimAnswers } = this.#limits;
    const isLate = () => request.destroy(new Error(`it did not answer within ${firstByteMs / 1000} s`));
    // Counts idle time, so it also ends an answer that stops in the middle.
    request.setTimeout(firstByteMs, isLate);
    // Nor may it put off its answer by a 1xx or a part of a head now and then.
    request.once('finish', () => {
      if (!this.#isSettled) this.#answerTimer = setTimeout(isLate, firstByteMs);
    });
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > interimAnswers)
        request.destroy(new Error(`it sent more than ${interimAnswers} answers with status 1xx`));
    });
    const socket = request.socket;
    // One that leads through a proxy is up when it is given out.
    if (!socket?.connecting) return;
    const giveUp = () =>
      request.destroy(new Error(`it could not be connected to within ${connectMs / 1000} s`));
    this.#connectTimer = setTimeout(giveUp, connectMs);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(this.#connectTimer));
  }

  /** The head of an answer has come. */
  answered(response: IncomingMessage): void {
    this.#finish({ response });
  }

  /** Nothing more will come. */
  failed(error: unknown): void {
    const code = errorCode(error) ?? '';
    this.#finish({
      error,
      wasDeadSocket: this.#request?.reusedSocket === true && DEAD_SOCKET_ERRORS.has(code),
    });
  }

  #finish(result: ExchangeResult): void {
    this.#isSettled = true;
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#answerTimer);
    this.#settle(result);
  }
}
