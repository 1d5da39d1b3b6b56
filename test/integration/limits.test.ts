import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { UnreadAnswers } from '../../src/http/server/unread-answers.ts';
import { takeTunnels } from '../../src/http/tunnels/tunnels.ts';
import { type BareServer, openWire, plain, startBareServer, type Wire } from '../support/bare-server.ts';

const HEAD = 'GET /a HTTP/1.1\r\nHost: localhost\r\n';
const tunnels = takeTunnels({
  decide: () => ({ type: 'intercept', host: 'a.example' }),
  contextFor: () => Promise.reject(new Error('there is none')),
  dial: undefined,
});
const CHUNKED = 'POST /b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const CALL = `${HEAD}\r\n`;

/** More than the system takes for a client that does not read. */
const LARGE_ANSWER = { ...plain(200, ''), body: Buffer.alloc(16 * 1024 * 1024, 'x') };
LARGE_ANSWER.headers = ['Content-Length', String(LARGE_ANSWER.body.length)];

/** Sends text again and again until the other end closes. @returns all that came back. */
async function drip(wire: Wire, text: string, ms: number): Promise<string> {
  const tap = setInterval(() => wire.send(text), ms);
  wire.socket.on('error', () => clearInterval(tap));
  try {
    return await wire.rest();
  } finally {
    clearInterval(tap);
  }
}

async function answersOthers(server: BareServer): Promise<void> {
  const wire = await openWire(server.port);
  wire.send(CALL);
  expect(await wire.until('/a')).toMatch(/^HTTP\/1\.1 200 /);
}

/** Sends bytes until the other end reads no more for the moment, or for good. */
function pour(wire: Wire, text: string): Promise<void> {
  return new Promise((resolve) => wire.socket.write(text, 'latin1', () => resolve()));
}

describe('time', () => {
  test('a head that does not end is refused', async () => {
    const server = await startBareServer({ limits: { headMs: 60, checkMs: 20, lingerMs: 1_000 } });
    const wire = await openWire(server.port);
    wire.send(HEAD);

    expect(await drip(wire, 'X: y\r\n', 10)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(server.garbage).toMatchObject([{ type: 'RequestTimeoutException' }]);
    // Its end comes too late, though the connection is not closed yet.
    wire.send('\r\n');
    await answersOthers(server);
    expect(server.calls).toHaveLength(1);
  });

  test('a second head that does not end is refused as well', async () => {
    const server = await startBareServer({ limits: { headMs: 60, checkMs: 20 } });
    const wire = await openWire(server.port);
    wire.send(CALL);
    await wire.until('/a');
    wire.send(HEAD);

    expect(await drip(wire, 'X: y\r\n', 10)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a body that does not end is refused, and the call is never made', async () => {
    const server = await startBareServer({
      limits: { headMs: 50, requestMs: 60, checkMs: 20, lingerMs: 200 },
    });
    const wire = await openWire(server.port);
    wire.send('POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n');

    // Until it is closed in the end, more than the whole body is sent.
    expect(await drip(wire, 'x', 5)).toMatch(/^HTTP\/1\.1 408 /);
    wire.send('x'.repeat(50));
    await answersOthers(server);
    expect(server.calls.map(({ target }) => target)).toEqual(['/a']);
    expect(server.errors).toEqual([]);
  });

  test('a connection on which nothing is said is closed without a word', async () => {
    const server = await startBareServer({ limits: { headMs: 40, checkMs: 20 } });
    const wire = await openWire(server.port);

    expect(await wire.rest()).toBe('');
    expect(server.garbage).toEqual([]);
  });

  test('a connection that is idle after a call is closed', async () => {
    const server = await startBareServer({ limits: { keepAliveMs: 30 } });
    const wire = await openWire(server.port);
    wire.send(CALL);
    await wire.until('/a');

    expect(await wire.rest()).toBe('');
  });

  test('a connection whose answer is not read is closed', async () => {
    const body = plain(200, 'x'.repeat(16 * 1024 * 1024));
    const server = await startBareServer({ answer: () => body, limits: { unreadMs: 60 } });
    const wire = await openWire(server.port);
    wire.socket.pause();
    wire.send(CALL);
    await expect.poll(() => server.calls.length).toBe(1);

    // Only what is sent tells a client that reads nothing that the other end has gone.
    const knock = () => {
      wire.send('\r\n');
      return wire.socket.destroyed;
    };
    await expect.poll(knock, { interval: 150, timeout: 5_000 }).toBe(true);
  });

  test('a connection whose answer takes long is not', async () => {
    let answer = () => {};
    const late = () =>
      new Promise<ReturnType<typeof plain>>((resolve) => {
        answer = () => resolve(plain(200, 'late'));
      });
    const server = await startBareServer({
      answer: late,
      limits: { unreadMs: 30, headMs: 20, requestMs: 30, checkMs: 10 },
    });
    const wire = await openWire(server.port);
    wire.send(CALL);
    // As long as others take to be closed, one after the other.
    for (let i = 0; i < 3; i += 1) await (await openWire(server.port)).rest();
    answer();

    await wire.until('late');
  });

  test('a client that ends its half before anything else is let go', async () => {
    const server = await startBareServer();
    const silent = await openWire(server.port);
    silent.socket.end();
    const half = await openWire(server.port);
    half.send(HEAD);
    half.socket.end();

    expect(await silent.rest()).toBe('');
    expect(await half.rest()).toMatch(/^(?:HTTP\/1\.1 400 [\s\S]*)?$/);
    await answersOthers(server);
  });
});

describe('size', () => {
  test.each([
    ['one giant header', `X: ${'x'.repeat(17_000)}\r\n`],
    ['many small headers', 'a:b\r\n'.repeat(4_000)],
    ['a giant target', ''],
  ])('a head with %s is refused', async (_, headers) => {
    const server = await startBareServer();
    const wire = await openWire(server.port);
    wire.send(headers === '' ? `GET /${'x'.repeat(17_000)} HTTP/1.1\r\n\r\n` : `${HEAD}${headers}\r\n`);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/);
    expect(server.garbage).toMatchObject([{ type: 'RequestTooLargeException' }]);
    expect(server.calls).toEqual([]);
    await answersOthers(server);
  });

  test.each([200, 205, 230, 231, 232, 260, 1_000, 2_000, 5_000])(
    'no header is overlooked for being behind %i others',
    async (count) => {
      const server = await startBareServer({ tunnels });
      for (const head of [HEAD, 'CONNECT a.example:443 HTTP/1.1\r\n']) {
        const wire = await openWire(server.port);
        wire.send(`${head}${'a:\r\n'.repeat(count)}Origin: https://evil.example\r\n\r\n`);

        expect(await wire.rest()).toMatch(/^HTTP\/1\.1 413 [\s\S]+200 headers or more/);
      }
      expect(server.calls).toEqual([]);
    },
  );

  test('a call with fewer headers than are allowed is answered, and each is looked at', async () => {
    const server = await startBareServer();
    const wire = await openWire(server.port);
    wire.send(`${HEAD}${'a:\r\n'.repeat(190)}Origin: https://evil.example\r\n\r\n`);
    await wire.until('/a');

    expect(server.calls).toMatchObject([{ fromPage: true }]);
  });

  test('a body in chunks that is too long is refused', async () => {
    const server = await startBareServer({ limits: { bodyBytes: 100 } });
    const wire = await openWire(server.port);
    wire.send('POST /b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');

    expect(await drip(wire, '10\r\n0123456789abcdef\r\n', 1)).toMatch(/^HTTP\/1\.1 413 /);
    expect(server.calls).toEqual([]);
  });

  test('a body in chunks of single bytes is read whole', async () => {
    const server = await startBareServer({ answer: ({ body }) => plain(200, Buffer.from(body).toString()) });
    const wire = await openWire(server.port);
    const text = 'single bytes '.repeat(5_000);
    wire.send(`${CHUNKED + [...text].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`);

    expect(await wire.until(text)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['of single bytes', '1\r\nx\r\n'],
    ['with extensions', `1;${'x'.repeat(10_000)}\r\nx\r\n`],
  ])('a body in chunks %s is refused when it is long on the wire alone', async (_, chunk) => {
    const server = await startBareServer({ limits: { bodyWireBytes: 100_000 } });
    const wire = await openWire(server.port);
    wire.send(CHUNKED);

    expect(await drip(wire, chunk.repeat(Math.ceil(20_000 / chunk.length)), 1)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]+Send larger chunks/,
    );
    expect(server.garbage).toMatchObject([{ type: 'RequestTooLargeException' }]);
    expect(server.calls).toEqual([]);
  });

  test.each([
    ['an extension', `1;${'x'.repeat(17_000)}\r\nx\r\n0\r\n\r\n`],
    ['a trailer', `0\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['many trailers', `0\r\n${'a:b\r\n'.repeat(10_000)}\r\n`],
  ])('a body with %s that is too long is refused', async (_, end) => {
    const server = await startBareServer();
    const wire = await openWire(server.port);
    wire.send(CHUNKED + end);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 4(?:00|13) /);
    expect(server.calls).toEqual([]);
    await answersOthers(server);
  });
});

describe('the bodies of all calls together', () => {
  const LARGE = 'x'.repeat(60_000);
  const post = (body: string, length = body.length) =>
    `POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;

  test('are bounded, small ones apart: what is beyond is told to try again', async () => {
    const server = await startBareServer({ limits: { bodiesBytes: 100_000 } });
    const wires = [await openWire(server.port), await openWire(server.port), await openWire(server.port)];
    for (const wire of wires) wire.send(post(LARGE, 60_001));

    // One of the three is too many, and the others wait for their last byte.
    expect(await Promise.race(wires.map((wire) => wire.until('ServerBusyException')))).toMatch(
      /^HTTP\/1\.1 503 Service Unavailable\r\n/,
    );
    const small = await openWire(server.port);
    small.send(post('x'.repeat(10_000)));
    expect(await small.until('/b')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each<[string, (wire: Wire) => Promise<unknown>]>([
    [
      'is answered',
      async (wire) => {
        await pour(wire, post(LARGE));
        await wire.until('/b');
      },
    ],
    [
      'is refused',
      async (wire) => {
        await pour(wire, CHUNKED + `ea60\r\n${LARGE}\r\n`.repeat(2));
        expect(await wire.rest()).toMatch(/^HTTP\/1\.1 413 /);
      },
    ],
    [
      'goes away in the middle',
      async (wire) => {
        await pour(wire, post(LARGE, 60_001));
        wire.socket.destroy();
      },
    ],
  ])('have room again when one %s', async (_, end) => {
    const server = await startBareServer({ limits: { bodyBytes: 70_000, bodiesBytes: 70_000 } });
    for (let i = 0; i < 5; i += 1) {
      const wire = await openWire(server.port);
      await end(wire);
    }
    const tried = async () => {
      const wire = await openWire(server.port);
      wire.send(post(LARGE));
      return wire.until('\r\n\r\n');
    };

    await expect.poll(tried).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('garbage', () => {
  test('is answered and told of', async () => {
    const server = await startBareServer();
    const wire = await openWire(server.port);
    wire.send('\x16\x03\x01\r\n\r\n');

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(server.garbage).toMatchObject([{ type: 'MalformedRequestException' }]);
  });

  test('behind a call that is not answered yet is not taken for its answer', async () => {
    const server = await startBareServer({ answer: () => new Promise(() => {}) });
    const wire = await openWire(server.port);
    wire.send(`${CALL}garbage\r\n\r\n`);

    expect(await wire.rest()).toBe('');
  });
});

describe('calls behind one that is not answered yet', () => {
  test('are answered one after the other: none is begun before the answer to the one before it has left', async () => {
    const answers: Array<() => void> = [];
    const server = await startBareServer({
      answer: ({ target }) => new Promise((resolve) => answers.push(() => resolve(plain(200, target)))),
    });
    const wire = await openWire(server.port);
    wire.send(['/1', '/2', '/3'].map((target) => CALL.replace('/a', target)).join(''));
    for (const target of ['/1', '/2', '/3']) {
      await expect.poll(() => answers.length).toBe(1);
      answers.pop()?.();
      await wire.until(target);
    }

    expect(server.calls.map(({ target }) => target)).toEqual(['/1', '/2', '/3']);
  });

  test('are not made behind an answer that closes the connection', async () => {
    const server = await startBareServer({
      screen: ({ target }) => (target === '/bad' ? plain(403, 'no') : undefined),
    });
    const wire = await openWire(server.port);
    const bad = 'POST /bad HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi';
    wire.send(`${bad}${CALL.replace('GET', 'DELETE')}${CALL}`);
    expect(await wire.rest()).toMatch(/^HTTP\/1.1 403 [\s\S]*\r\nConnection: close\r\n[\s\S]*no$/);
    expect(server.calls).toEqual([]);
  });

  test('of clients that left before their answer was there, nothing counts as unread', async () => {
    const noted = vi.spyOn(UnreadAnswers.prototype, 'add');
    onTestFinished(() => noted.mockRestore());
    let finish = (): void => {};
    const server = await startBareServer({
      answer: () => new Promise((resolve) => (finish = () => resolve(LARGE_ANSWER))),
    });
    const wire = await openWire(server.port);
    wire.send(CALL);
    await expect.poll(() => server.calls.length).toBe(1);
    wire.socket.resetAndDestroy();
    await expect.poll(() => server.calls[0]?.isAbandoned()).toBe(true);
    finish();
    await new Promise(setImmediate);
    expect(noted).not.toHaveBeenCalled();
  });

  test('have no answers made while the client reads none', async () => {
    const server = await startBareServer({
      answer: ({ target }) => (target === '/a' ? plain(200, target) : LARGE_ANSWER),
    });
    const wire = await openWire(server.port);
    wire.socket.pause();
    wire.send(CALL.replace('/a', '/large').repeat(8));
    await expect.poll(() => server.calls.length).toBe(1);
    // As long as others take.
    for (let i = 0; i < 5; i += 1) await answersOthers(server);

    expect(server.calls.filter(({ target }) => target === '/large')).toHaveLength(1);
  });

  test('come with their bodies', async () => {
    const server = await startBareServer({ answer: ({ body }) => plain(200, Buffer.from(body).toString()) });
    const wire = await openWire(server.port);
    const post = (body: string) =>
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    wire.send(post('one') + CALL + post('two') + post('x'.repeat(200_000)) + post('last'));
    const text = await wire.until('last');

    expect(text.match(/one|two|x{200000}|last/g)?.map((body) => body.length)).toEqual([3, 3, 200_000, 4]);
  });

  test('are taken up to a number', async () => {
    const server = await startBareServer({
      answer: () => new Promise(() => {}),
      limits: { pipelinedCalls: 5 },
    });
    const wire = await openWire(server.port);
    wire.send(CALL.repeat(1_000));

    expect(await wire.rest()).toBe('');
    expect(server.calls).toHaveLength(1);
  });

  test('of all connections together are taken up to a number, and no other connection suffers', async () => {
    const server = await startBareServer({
      answer: () => new Promise(() => {}),
      limits: { waitingCalls: 5 },
    });
    const patient = await openWire(server.port);
    patient.send(CALL.repeat(4));
    await expect.poll(() => server.calls.length).toBe(1);
    const wire = await openWire(server.port);
    wire.send(CALL.repeat(4));

    expect(await wire.rest()).toBe('');
    expect(patient.socket.destroyed).toBe(false);
  });

  test('leave their places to others when their connection ends', async () => {
    const server = await startBareServer({
      answer: () => new Promise(() => {}),
      limits: { pipelinedCalls: 5, waitingCalls: 5 },
    });
    for (let i = 1; i <= 3; i += 1) {
      const wire = await openWire(server.port);
      wire.send(CALL.repeat(6));
      await expect.poll(() => server.calls.length).toBe(i);
      wire.socket.destroy();
      await expect.poll(() => server.calls[i - 1]?.isAbandoned()).toBe(true);
    }
  });

  test('do not count once they were answered', async () => {
    const server = await startBareServer({ limits: { pipelinedCalls: 5 } });
    const wire = await openWire(server.port);
    for (let i = 0; i < 10; i += 1) {
      wire.send(CALL.repeat(5));
      for (let n = 0; n < 5; n += 1) await wire.until('/a');
    }

    expect(server.calls).toHaveLength(50);
  });
});

test('beyond a number of bytes that nobody has taken, whoever took nothing for the longest time is put out', async () => {
  const server = await startBareServer({
    answer: ({ target }) => (target === '/a' ? plain(200, target) : LARGE_ANSWER),
    limits: { unreadBytes: 2.5 * LARGE_ANSWER.body.length },
  });
  const ends: boolean[] = [];
  for (let i = 0; i < 3; i += 1) {
    const wire = await openWire(server.port);
    wire.socket.pause();
    wire.send(CALL.replace('/a', '/large'));
    await expect.poll(() => server.calls.length).toBe(i + 1);
    ends.push(server.calls.map((call) => call.isAbandoned()).includes(true));
  }

  expect(ends).toEqual([false, false, true]);
  expect(server.calls.map((call) => call.isAbandoned())).toEqual([true, false, false]);
});

describe('when all connections are taken, a newcomer gets the place', () => {
  const held: ReadonlyArray<readonly [string, (wire: Wire) => unknown]> = [
    ['of one that never said anything', () => {}],
    ['of one with half a head', (wire) => wire.send(HEAD)],
    [
      'of one with half a body',
      async (wire) => {
        wire.send(
          'POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\nx',
        );
        await wire.until('100 Continue');
      },
    ],
    [
      'of one that is idle',
      async (wire) => {
        wire.send(CALL);
        await wire.until('/a');
      },
    ],
  ];

  test.each(held)('%s, the oldest first', async (_, hold) => {
    const server = await startBareServer({ limits: { connections: 3 } });
    const wires: Wire[] = [];
    for (let i = 0; i < 3; i += 1) {
      const wire = await openWire(server.port);
      await hold(wire);
      wires.push(wire);
    }
    await answersOthers(server);
    await wires[0]?.rest();
    wires[1]?.socket.destroy();
    await answersOthers(server);

    expect(wires[2]?.socket.destroyed).toBe(false);
  });

  test('of a stranger before that of a client that made calls', async () => {
    const server = await startBareServer({ limits: { connections: 2 } });
    const client = await openWire(server.port);
    client.send(CALL);
    await client.until('/a');
    for (let i = 0; i < 20; i += 1) await openWire(server.port);
    await answersOthers(server);
    client.send(CALL);

    await client.until('/a');
  });

  test('of the one that is unused for the longest time', async () => {
    const server = await startBareServer({ limits: { connections: 2 } });
    const [first, second] = [await openWire(server.port), await openWire(server.port)];
    for (const wire of [first, second, first]) {
      wire.send(CALL);
      await wire.until('/a');
    }
    await answersOthers(server);
    await second.rest();
    first.send(CALL);

    await first.until('/a');
  });

  test('of a client that takes nothing of its answer', async () => {
    const server = await startBareServer({
      answer: ({ target }) => (target === '/a' ? plain(200, target) : LARGE_ANSWER),
      limits: { connections: 3, stalledMs: 0 },
    });
    for (let i = 1; i <= 3; i += 1) {
      const wire = await openWire(server.port);
      wire.socket.pause();
      wire.send(CALL.replace('/a', '/large').repeat(2));
      await expect.poll(() => server.calls.length).toBe(i);
    }

    for (let i = 0; i < 10; i += 1) await answersOthers(server);
  });

  test('never of one whose call is not answered yet', async () => {
    const answers: Array<() => void> = [];
    const server = await startBareServer({
      answer: ({ target }) => new Promise((resolve) => answers.push(() => resolve(plain(200, target)))),
      limits: { connections: 2 },
    });
    const busy = [await openWire(server.port), await openWire(server.port)];
    for (const wire of busy) wire.send(CALL);
    await expect.poll(() => answers.length).toBe(2);
    const newcomer = await openWire(server.port);

    expect(await newcomer.rest()).toBe('');
    for (const answer of answers) answer();
    for (const wire of busy) await wire.until('/a');
  });
});
