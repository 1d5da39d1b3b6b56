import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { connect as connectTls, TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, type Body, type Delivery, toBinary } from '../../../../src/call.ts';
import { type Repeat, sendAnswer } from '../../../../src/http/server/delivery.ts';
import { startServer } from '../../../../src/http/server/server.ts';
import { createCa } from '../../../support/certificates.ts';
import { openConnection, watch } from '../../../support/connection.ts';
import { sendRaw } from '../../../support/raw.ts';

const BODY = toBinary('{"item":["größer"]}\n');
const get = (target = '/', method = 'GET') => `${method} ${target} HTTP/1.1\r\nHost: restage\r\n\r\n`;
const lastGet = (target: string) => `GET ${target} HTTP/1.1\r\nHost: restage\r\nConnection: close\r\n\r\n`;

function answerOf(delivery: Delivery | undefined, body: Body = BODY, length?: number): Answer {
  const known = typeof body === 'string' || body instanceof Uint8Array ? body.length : undefined;
  const announced = length ?? known;
  return {
    status: 200,
    headers: ['X-Odd', 'Yes', ...(announced === undefined ? [] : ['Content-Length', String(announced)])],
    body,
    delivery,
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** A server that delivers the answer, and answers `/ok` in the usual way. */
function listenerOf(answer: Answer, repeat?: Repeat, failures: unknown[] = []): RequestListener {
  return (request, response) => {
    const sent = sendAnswer(response, request.url === '/ok' ? answerOf(undefined, 'fine') : answer, repeat);
    sent?.catch((error: unknown) => failures.push(error));
  };
}

/** A clock for dripping that moves when it is told to. */
function fakeRepeat() {
  const timers = new Map<symbol, { action: () => void; periodMs: number }>();
  let started: () => void;
  const begun = new Promise<void>((resolve) => {
    started = resolve;
  });
  const repeat: Repeat = (action, periodMs) => {
    const id = Symbol();
    timers.set(id, { action, periodMs });
    started();
    return () => timers.delete(id);
  };
  const tick = () => {
    for (const { action } of [...timers.values()]) action();
  };
  return { repeat, tick, begun, timers };
}

/** A stream that can be read anew for each call. */
function streamOf(...chunks: string[]): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
    },
  };
}

const split = (text: string) => {
  const at = text.indexOf('\r\n\r\n') + 4;
  return { head: text.slice(0, at), body: text.slice(at) };
};

describe.each<[string, Answer, { head: RegExp; body: string; ended: string }]>([
  ['reset at start', answerOf({ type: 'reset', at: 'start' }), { head: /^$/, body: '', ended: 'ECONNRESET' }],
  [
    'reset at headers',
    answerOf({ type: 'reset', at: 'headers' }),
    { head: /^HTTP\/1.1 200 OK\r\nX-Odd: Yes\r\nContent-Length: 22\r\n/, body: '', ended: 'ECONNRESET' },
  ],
  [
    'truncate',
    answerOf({ type: 'truncate', bytes: 13 }),
    { head: /\r\nContent-Length: 22\r\n/, body: '{"item":["gr\u00c3', ended: 'end' },
  ],
  [
    'truncate to nothing',
    answerOf({ type: 'truncate', bytes: 0 }),
    { head: /\r\nContent-Length: 22\r\n/, body: '', ended: 'end' },
  ],
  [
    'truncate without a length in the head',
    { ...answerOf({ type: 'truncate', bytes: 4 }), headers: [] },
    { head: /\r\nContent-Length: 22\r\n(?!Transfer)/, body: '{"it', ended: 'end' },
  ],
  [
    'truncate of a stream',
    answerOf({ type: 'truncate', bytes: 4 }, streamOf('abc', 'def')),
    { head: /\r\nContent-Length: 6\r\n/, body: 'abcd', ended: 'end' },
  ],
  [
    'close with the right length',
    answerOf({ type: 'close' }),
    { head: /\r\nContent-Length: 22\r\n/, body: BODY, ended: 'end' },
  ],
  [
    'close with a length too long',
    answerOf({ type: 'close' }, BODY, 999),
    { head: /\r\nContent-Length: 999\r\n/, body: BODY, ended: 'end' },
  ],
  [
    'close with a length too short',
    answerOf({ type: 'close' }, BODY, 3),
    { head: /\r\nContent-Length: 3\r\n/, body: BODY, ended: 'end' },
  ],
  [
    'close with no length',
    { ...answerOf({ type: 'close' }), headers: [] },
    { head: /^(?!.*(?:Content-Length|Transfer-Encoding))/s, body: BODY, ended: 'end' },
  ],
  [
    'close with bytes for a body',
    answerOf({ type: 'close' }, Buffer.from(BODY, 'latin1')),
    { head: /\r\nContent-Length: 22\r\n/, body: BODY, ended: 'end' },
  ],
  [
    'close with bytes that are no UTF-8',
    answerOf({ type: 'close' }, '\u0000\u00ff\r\n\u0080'),
    { head: /\r\nContent-Length: 5\r\n/, body: '\u0000\u00ff\r\n\u0080', ended: 'end' },
  ],
])('%s', (_, answer, expected) => {
  test('puts those bytes on the wire and ends so', async () => {
    const failures: unknown[] = [];
    const clock = fakeRepeat();
    const port = await listen(createServer(listenerOf(answer, clock.repeat, failures)));
    const { ended, text, received } = openConnection(port, get());
    void clock.begun.then(() => received(/\r\n\r\n$/)).then(clock.tick);

    expect(await ended).toBe(expected.ended);
    const { head, body } = split(text());
    if (expected.head.source === '^$') expect(text()).toBe('');
    else expect(head).toMatch(expected.head);
    expect(body).toBe(expected.body);
    // Others are served as ever.
    expect(split(await sendRaw(port, lastGet('/ok'))).body).toBe('fine');
    expect(failures).toEqual([]);
  });

  test('waits for its turn where calls are pipelined', async () => {
    let release = () => {};
    const clock = fakeRepeat();
    const port = await listen(
      createServer((request, response) => {
        const send = () => listenerOf(answer, clock.repeat)(request, response);
        if (request.url === '/ok') release = send;
        else {
          send();
          release();
        }
      }),
    );
    const { ended, text, received } = openConnection(port, get('/ok') + get());
    void clock.begun.then(() => received(/\r\n\r\nfine.*\r\n\r\n$/s)).then(clock.tick);

    // What comes at once with the answer before it, libuv takes for an end.
    expect([expected.ended, ...(expected.head.source === '^$' ? ['end'] : [])]).toContain(await ended);
    const { head, body } = split(text());
    expect(head).toContain('Content-Length: 4\r\n');
    expect(body.slice(0, 4)).toBe('fine');
    expect(split(body.slice(4)).body).toBe(expected.body);
  });

  test('sends no body to a HEAD, and ends in the same way', async () => {
    const clock = fakeRepeat();
    const port = await listen(createServer(listenerOf(answer, clock.repeat)));
    const { ended, text, received } = openConnection(port, get('/', 'HEAD'));
    void clock.begun.then(() => received(/\r\n\r\n$/)).then(clock.tick);

    expect(await ended).toBe(expected.ended);
    expect(split(text()).body).toBe('');
  });
});

describe('hang', () => {
  test('sends nothing and leaves the connection open, until the client closes it', async () => {
    let closed: Promise<void> | undefined;
    let began = () => {};
    const arrived = new Promise<void>((resolve) => {
      began = resolve;
    });
    const port = await listen(
      createServer((request, response) => {
        if (request.url !== '/ok') {
          closed = new Promise((resolve) => response.once('close', resolve));
          began();
        }
        listenerOf(answerOf({ type: 'hang' }))(request, response);
      }),
    );
    const { socket, text } = openConnection(port, get());
    await arrived;

    expect(split(await sendRaw(port, lastGet('/ok'))).body).toBe('fine');
    expect(text()).toBe('');
    expect(socket.readyState).toBe('open');
    socket.destroy();
    await closed;
  });
});

describe('a server that is closed', () => {
  test('does not wait for calls that hang, be it from before or only then', async () => {
    let finishLate = (_: Answer) => {};
    let asked = () => {};
    const bothAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await startServer({
      host: '127.0.0.1',
      port: 0,
      answer: ({ target }) => {
        if (target !== '/late') return answerOf({ type: 'hang' });
        asked();
        return new Promise((resolve) => {
          finishLate = resolve;
        });
      },
      fail: () => answerOf(undefined),
      onError: (error) => expect.unreachable(String(error)),
    });
    const hanging = openConnection(server.port, get());
    const late = openConnection(server.port, get('/late'));
    await bothAsked;
    // Far longer than the test may take.
    const closed = server.close(600_000);
    expect(await hanging.ended).not.toBe('');
    finishLate(answerOf({ type: 'hang' }));
    await closed;

    expect(hanging.text() + late.text()).toBe('');
  });
});

describe('drip', () => {
  const TEN = '0123456789';
  const serve = async (bytesPerSecond: number, body: Body = TEN) => {
    const clock = fakeRepeat();
    const responses: { closed: Promise<void> }[] = [];
    const port = await listen(
      createServer((request, response) => {
        responses.push({ closed: new Promise((resolve) => response.once('close', resolve)) });
        listenerOf(answerOf({ type: 'drip', bytesPerSecond }, body), clock.repeat)(request, response);
      }),
    );
    return { ...clock, port, responses };
  };
  const bodyAfter = async (connection: ReturnType<typeof openConnection>, bytes: number) => {
    const head = split(connection.text()).head.length;
    return split(await connection.received(head + bytes)).body;
  };

  test('sends the head at once, then as many bytes a second as it is told, and goes on with the next call', async () => {
    const { port, tick, timers, begun } = await serve(40);
    const connection = openConnection(port, get());
    await begun;
    await connection.received(1);

    expect(split(connection.text()).head).toContain('Content-Length: 10\r\n');
    expect(split(connection.text()).body).toBe('');
    expect([...timers.values()].map(({ periodMs }) => periodMs)).toEqual([100]);
    tick();
    expect(await bodyAfter(connection, 4)).toBe('0123');
    tick();
    expect(await bodyAfter(connection, 8)).toBe('01234567');
    tick();
    expect(await bodyAfter(connection, 10)).toBe(TEN);
    expect(timers.size).toBe(0);
    connection.socket.write(lastGet('/ok'));
    expect(await connection.ended).toBe('end');
    expect(connection.text()).toMatch(/fine$/);
  });

  test.each([
    [1, 1000],
    [0.5, 2000],
    [3, 1000 / 3],
    [10, 100],
    [15, 100],
    [1e9, 100],
    [0, 2 ** 31 - 1],
  ])('at %d bytes a second a byte or more leaves every %d ms', async (bytesPerSecond, periodMs) => {
    const { port, tick, timers, begun } = await serve(bytesPerSecond);
    const connection = openConnection(port, get());
    await begun;
    await connection.received(1);

    expect([...timers.values()].map((timer) => timer.periodMs)).toEqual([periodMs]);
    tick();
    expect((await bodyAfter(connection, 1)).length).toBe(bytesPerSecond === 1e9 ? 10 : 1);
  });

  test('keeps to its rate over time, and every byte comes once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.uint8Array({ maxLength: 80 }),
        async (rate, bytes) => {
          const { port, tick, timers, begun } = await serve(rate, Buffer.from(bytes).toString('latin1'));
          const connection = openConnection(port, get());
          await begun;
          let ticks = 0;
          for (; timers.size > 0; ticks += 1) tick();
          await connection.received(1);

          expect(await bodyAfter(connection, bytes.length)).toBe(Buffer.from(bytes).toString('latin1'));
          const periodMs = Math.max(100, 1000 / rate);
          const needed = Math.max(1, Math.ceil((bytes.length * 1000) / (rate * periodMs) - 1e-9));
          expect(Math.abs(ticks - needed)).toBeLessThanOrEqual(1);
          connection.socket.destroy();
        },
      ),
      { numRuns: 40 },
    );
  });

  test('has one timer, which ends with the client', async () => {
    const { port, tick, timers, begun, responses } = await serve(10);
    const connection = openConnection(port, get());
    await begun;
    tick();
    expect(timers.size).toBe(1);
    connection.socket.destroy();
    await responses[0]?.closed;

    expect(timers.size).toBe(0);
  });

  test('drips by the real clock if not told otherwise', async () => {
    const port = await listen(createServer(listenerOf(answerOf({ type: 'drip', bytesPerSecond: 1000 }))));
    expect(split(await sendRaw(port, lastGet('/'))).body).toBe(BODY);
  });

  test('sends the head alone to a HEAD', async () => {
    const { port, tick, timers, begun } = await serve(40);
    const { ended, text } = openConnection(
      port,
      'HEAD / HTTP/1.1\r\nHost: restage\r\nConnection: close\r\n\r\n',
    );
    await begun;
    tick();

    expect(await ended).toBe('end');
    expect(split(text()).body).toBe('');
    expect(timers.size).toBe(0);
  });
});

test.each<Delivery>([
  { type: 'hang' },
  { type: 'reset', at: 'start' },
  { type: 'reset', at: 'headers' },
  { type: 'truncate', bytes: 3 },
  { type: 'drip', bytesPerSecond: 1 },
  { type: 'close' },
])('a client that has gone is no harm to $type $at', async (delivery) => {
  const clock = fakeRepeat();
  let gone: Promise<void> = Promise.resolve();
  let began = () => {};
  const arrived = new Promise<void>((resolve) => {
    began = resolve;
  });
  const port = await listen(
    createServer((request, response) => {
      if (request.url === '/ok') {
        listenerOf(answerOf(undefined))(request, response);
        return;
      }
      const closed = new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
      gone = closed.then(() => sendAnswer(response, answerOf(delivery), clock.repeat));
      began();
    }),
  );
  const { socket } = openConnection(port, get());
  await arrived;
  socket.destroy();
  await gone;

  expect(clock.timers.size).toBe(0);
  expect(split(await sendRaw(port, lastGet('/ok'))).body).toBe('fine');
});

describe('over TLS', () => {
  test.each<[Delivery, string, RegExp]>([
    [{ type: 'reset', at: 'start' }, 'ECONNRESET', /^$/],
    [{ type: 'reset', at: 'headers' }, 'ECONNRESET', /^HTTP\/1.1 200 OK\r\n(?:.+\r\n)+\r\n$/],
    [{ type: 'truncate', bytes: 5 }, 'end', /\r\n\r\n\{"ite$/],
    [{ type: 'close' }, 'end', /\r\n\r\n\{"item":\[".*"\]\}\n$/],
  ])('%j ends the connection below with %s', async (delivery, how, bytes) => {
    const { ca, issue } = await createCa();
    const identity = await issue('localhost', '127.0.0.1');
    const clock = fakeRepeat();
    const port = await listen(createHttpsServer(identity, listenerOf(answerOf(delivery), clock.repeat)));
    const socket = connectTls({ port, host: '127.0.0.1', ca });
    socket.write(get());
    const { ended, text, received } = watch(socket);
    void clock.begun.then(() => received(/\r\n\r\n$/)).then(clock.tick);

    expect(await ended).toBe(how);
    expect(text()).toMatch(bytes);
  });

  test('a connection that was taken over for TLS is reset too', async () => {
    const { ca, issue } = await createCa();
    const identity = await issue('127.0.0.1');
    const inner = createServer(listenerOf(answerOf({ type: 'reset', at: 'start' })));
    const outer = createServer();
    outer.on('connect', (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      inner.emit('connection', new TLSSocket(socket as never, { isServer: true, ...identity }));
    });
    const port = await listen(outer);
    const { socket, received } = openConnection(
      port,
      'CONNECT service:443 HTTP/1.1\r\nHost: service:443\r\n\r\n',
    );
    await received(19);
    socket.removeAllListeners('data');
    const tls = connectTls({ socket, host: '127.0.0.1', ca });
    tls.write(get());

    expect(await watch(tls).ended).toBe('ECONNRESET');
  });
});

describe('a large answer', () => {
  const PIECE = 32 * 1024;
  const text = (length: number) => Array.from({ length }, (_, i) => String.fromCharCode(i % 251)).join('');

  test.each([PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 7 * PIECE + 5, 3_000_000])(
    'of %i bytes comes whole, as text or as bytes, and the next one behind it',
    async (length) => {
      const body = text(length);
      const headers = ['Content-Length', String(length)];
      for (const sent of [body, Buffer.from(body, 'latin1')]) {
        const port = await listen(createServer(listenerOf({ status: 200, headers, body: sent })));
        const answers = await sendRaw(port, get() + get('/', 'HEAD') + lastGet('/ok'));
        const { body: rest } = split(answers);

        expect(rest.startsWith(`${body}HTTP/1.1 200 OK\r\n`)).toBe(true);
        expect(split(split(rest.slice(length)).body).body).toBe('fine');
      }
    },
  );

  test.each([false, true])(
    'does not lie in memory for a client that takes nothing of it (TLS: %s)',
    async (isSecure) => {
      const body = 'x'.repeat(16 * 1024 * 1024);
      let response: ServerResponse | undefined;
      const listener: RequestListener = (request, made) => {
        response = made;
        listenerOf({ status: 200, headers: ['Content-Length', String(body.length)], body })(request, made);
      };
      const { ca, issue } = await createCa();
      const port = await listen(
        isSecure ? createHttpsServer(await issue('127.0.0.1'), listener) : createServer(listener),
      );
      const socket = isSecure ? connectTls({ port, host: '127.0.0.1', ca }) : connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.write(get());
      let before = -1;
      // Until the system takes no more.
      await expect
        .poll(() => {
          const written = response?.socket?.bytesWritten ?? -1;
          const isStill = written > 0 && written === before;
          before = written;
          return isStill;
        })
        .toBe(true);

      expect(response?.writableLength).toBeGreaterThan(0);
      // The stream asks for more until it holds as much: 16 KiB on Node 20, 64 KiB later.
      const wanted = Math.max(PIECE, getDefaultHighWaterMark(false));
      expect(response?.writableLength).toBeLessThanOrEqual(wanted + 1024);
    },
  );
});
