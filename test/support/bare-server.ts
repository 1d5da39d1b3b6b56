import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Answer, Call } from '../../src/call.ts';
import type { CallError } from '../../src/errors.ts';
import { type RunningServer, type ServerSettings, startServer } from '../../src/http/server/server.ts';

/** A server without a proxy behind it, and what it was given. */
export interface BareServer extends RunningServer {
  readonly calls: readonly Call[];
  readonly garbage: readonly CallError[];
  readonly errors: readonly unknown[];
}

/** Starts a server that answers each call with its target, if not told otherwise; closed when the test is over. */
export async function startBareServer(settings: Partial<ServerSettings> = {}): Promise<BareServer> {
  const calls: Call[] = [];
  const garbage: CallError[] = [];
  const errors: unknown[] = [];
  const { answer = (call: Call) => plain(200, call.target), ...rest } = settings;
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    fail: ({ status, type, message, headers }) =>
      plain(status, message, ['x-amzn-ErrorType', type, ...headers]),
    onError: (error) => errors.push(error),
    onGarbage: (error) => garbage.push(error),
    ...rest,
    answer: (call) => {
      calls.push(call);
      return answer(call);
    },
  });
  let closing: Promise<void> | undefined;
  const close = (graceMs: number) => {
    closing ??= server.close(graceMs);
    return closing;
  };
  onTestFinished(() => close(0));
  return { ...server, close, calls, garbage, errors };
}

/** A text as an answer. */
export function plain(status: number, text: string, headers: readonly string[] = []): Answer {
  return {
    status,
    headers: ['Content-Length', String(Buffer.byteLength(text)), ...headers],
    body: Buffer.from(text),
  };
}

/** A connection whose bytes a test sends and reads piece by piece. */
export class Wire {
  readonly socket: Socket;
  #received = '';
  #isOver = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    for (const event of ['end', 'close', 'error'])
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** What came so far, once the text is in it. Rejects when the other end closes first. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      if (this.#isOver) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
      await this.#more();
    }
    const end = this.#received.indexOf(text) + text.length;
    const taken = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return taken;
  }

  /** All that came, once the other end has closed. */
  async rest(): Promise<string> {
    while (!this.#isOver) await this.#more();
    return this.#received;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Connects to a port of this machine; destroyed when the test is over. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  const wire = new Wire(socket);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return wire;
}
