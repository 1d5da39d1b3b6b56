import { Agent, type RequestListener, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultLimits, Forwarder, type ForwarderLimits } from '../../src/http/upstream/forwarder.ts';
import type { UpstreamAnswer } from '../../src/proxy/upstream.ts';
import { credentials, readCassette, run } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const STAGES = '{"item":[]}\n';
/** Longer than any test takes. */
const NEVER = 600_000;

/** A forwarder to an upstream that does as the listener says, and how its calls are told that they are over. */
async function forwardTo(listener: RequestListener, limits: Partial<ForwarderLimits>) {
  const origin = new URL(await startUpstream(listener));
  const forwarder = await Forwarder.open(origin, { ...defaultLimits, ...limits });
  onTestFinished(() => forwarder.close());
  const call = (target = '/', wholeBody = true) => {
    let end = () => {};
    const request = { method: 'GET', target, headers: [], body: new Uint8Array(), origin };
    const answer = forwarder.forward(request, wholeBody, (listener) => {
      const before = end;
      end = () => {
        before();
        listener();
      };
    });
    // Looked at later.
    answer.catch(() => {});
    return { answer, end: () => end() };
  };
  return call;
}

/** Sends something again and again, until the connection is closed. */
function drip(response: ServerResponse, send: () => void): void {
  const tap = setInterval(send, 5);
  response.once('close', () => clearInterval(tap));
}

async function read({ body }: UpstreamAnswer): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an upstream is given up', () => {
  const dripBody: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    drip(response, () => response.write(' '));
  };

  test.each<[string, RequestListener, Partial<ForwarderLimits>, string]>([
    ['that drips its answer', dripBody, { exchangeMs: 100 }, 'took more than 0.1 s in all'],
    [
      'that sends a 1xx now and then',
      (_, response) => drip(response, () => response.writeProcessing()),
      { firstByteMs: 100, interimAnswers: NEVER },
      'did not answer within 0.1 s',
    ],
    [
      'that sends many of them',
      (_, response) => drip(response, () => response.writeProcessing()),
      {},
      'more than 20 answers with status 1xx',
    ],
    [
      'that drips its head',
      (_, response) => {
        response.socket?.write('HTTP/1.1 200 OK\r\n');
        drip(response, () => response.socket?.write('X: y\r\n'));
      },
      { firstByteMs: 100 },
      'did not answer within 0.1 s',
    ],
  ])('%s, and its socket is closed', async (_, listener, limits, reason) => {
    let closed: Promise<unknown> | undefined;
    const call = await forwardTo((request, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      listener(request, response);
    }, limits);

    await expect(call().answer).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
      message: expect.stringContaining(reason),
    });
    await closed;
  });

  test('that drips an answer that passes through, which has a time of its own', async () => {
    const call = await forwardTo(dripBody, { exchangeMs: NEVER, passingMs: 100 });

    await expect(call('/', false).answer.then(read)).rejects.toThrow('took more than 0.1 s in all');
  });

  test('but not for the time that its answer takes to pass through', async () => {
    let end = () => {};
    const call = await forwardTo(
      ({ url }, response) => {
        if (url === '/silent') return;
        response.write('one ');
        end = () => response.end('two');
      },
      { exchangeMs: 100 },
    );
    const answer = await call('/', false).answer;
    await expect(call('/silent').answer).rejects.toThrow('in all');
    end();

    expect(await read(answer)).toBe('one two');
  });

  test.each([true, false])('when the client has gone (wholeBody: %s)', async (wholeBody) => {
    const seen: string[] = [];
    const call = await forwardTo((request, response) => {
      seen.push('asked');
      response.once('close', () => seen.push('closed'));
      dripBody(request, response);
    }, {});
    const { answer, end } = call('/', wholeBody);
    await expect.poll(() => seen).toEqual(['asked']);
    end();

    await expect.poll(() => seen).toEqual(['asked', 'closed']);
    if (wholeBody) await expect(answer).rejects.toThrow('its client has gone');
  });
});

describe('calls that wait for a place at an upstream', () => {
  const setUp = (limits: Partial<ForwarderLimits> = {}) => {
    const held: (() => void)[] = [];
    const asked: (string | undefined)[] = [];
    const listener: RequestListener = ({ url }, response) => {
      asked.push(url);
      held.push(() => response.end(STAGES));
    };
    return forwardTo(listener, { places: 1, ...limits }).then((call) => ({ call, held, asked }));
  };

  test('are given up with their clients, and are in nobody’s way', async () => {
    const { call, held, asked } = await setUp();
    const first = call('/first');
    await expect.poll(() => held.length).toBe(1);
    const gone = [call('/gone'), call('/gone')];
    const last = call('/last');
    for (const { end } of gone) end();
    for (const { answer } of gone) await expect(answer).rejects.toThrow('its client has gone');
    held.pop()?.();
    expect(await first.answer.then(read)).toBe(STAGES);
    await expect.poll(() => held.length).toBe(1);
    held.pop()?.();

    expect(await last.answer.then(read)).toBe(STAGES);
    expect(asked).toEqual(['/first', '/last']);
  });

  test('wait no longer than a call may take in all', async () => {
    const { call, held } = await setUp({ exchangeMs: 100 });
    const calls = [call(), call()];

    for (const { answer } of calls) await expect(answer).rejects.toThrow('took more than 0.1 s in all');
    expect(held).toHaveLength(1);
  });

  test('get the place of one that failed', async () => {
    let sockets = 0;
    const call = await forwardTo(
      ({ socket, url }, response) => {
        sockets += 1;
        if (url === '/broken') socket.resetAndDestroy();
        else response.end(STAGES);
      },
      { places: 1 },
    );
    const calls = ['/broken', '/broken', '/', '/'].map((target) => call(target).answer.then(read, () => ''));

    expect(await Promise.all(calls)).toEqual(['', '', STAGES, STAGES]);
    expect(sockets).toBeGreaterThanOrEqual(4);
  });
});

describe('answers that are held', () => {
  const ANSWER = '0123456789'.repeat(6_000);

  test('are bounded together: what is beyond passes through whole, until some were taken', async () => {
    const call = await forwardTo(({ url }, response) => response.end(url + ANSWER), { heldBytes: 60_000 });
    const first = call('/1');
    expect((await first.answer).content).toBe(`/1${ANSWER}`);
    const second = await call('/2').answer;
    expect(second).toMatchObject({ obstacle: expect.stringContaining('held already') });
    expect(second.content).toBeUndefined();
    expect(await read(second)).toBe(`/2${ANSWER}`);
    first.end();

    expect((await call('/3').answer).content).toBe(`/3${ANSWER}`);
  });

  test('are given back when they break in the middle', async () => {
    const call = await forwardTo(
      ({ url }, response) => {
        if (url !== '/broken') response.end(ANSWER);
        else response.write(ANSWER, () => response.destroy());
      },
      { heldBytes: 60_000 },
    );
    for (let i = 0; i < 3; i += 1) await expect(call('/broken').answer).rejects.toThrow('in the middle');

    expect((await call().answer).content).toBe(ANSWER);
  });

  test('may be longer than that on the wire', async () => {
    const call = await forwardTo(
      (_, response) => {
        for (const byte of ANSWER.slice(0, 5_000)) response.write(byte);
        response.end();
      },
      { heldBytes: 10_000 },
    );

    expect((await call().answer).content).toBe(ANSWER.slice(0, 5_000));
  });
});

test.each([0, 1, 3, 4, 300])(
  'an answer that is packed %i times over is recorded up to three',
  async (times) => {
    let body: Uint8Array = Buffer.from(STAGES);
    for (let i = 0; i < times; i += 1) body = gzipSync(body, { level: 0 });
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(times > 0 && { 'content-encoding': Array(times).fill('gzip').join(', ') }),
      });
      response.end(body);
    });
    const restage = await run('record', { upstream });
    const target = '/restapis/a1b2c3d4e5/stages';
    const answer = await sendSigned(restage.url, {
      target,
      credentials,
      headers: { accept: 'application/json' },
    });

    expect(answer.body.equals(body)).toBe(true);
    const isRecorded = times <= 3;
    expect(answer.headers['x-restage-outcome']).toBe(isRecorded ? 'recorded' : 'forwarded');
    expect(Object.keys(await readCassette(restage.dir))).toHaveLength(isRecorded ? 1 : 0);
    expect(restage.calls()[0]?.note).toBe(
      isRecorded ? undefined : `not recorded: packed ${times} times over, more than 3`,
    );
  },
);

test.each(['record', 'passthrough'] as const)(
  'in %s, who leaves takes the call at the upstream along',
  async (mode) => {
    let open = 0;
    const upstream = await startUpstream(({ socket }, response) => {
      open += 1;
      socket.once('close', () => {
        open -= 1;
      });
      response.writeHead(200, { 'content-length': 1_000_000 });
      drip(response, () => response.write(' '));
    });
    const restage = await run(mode, { upstream });
    const agent = new Agent();
    const left = Array.from({ length: 5 }, (_, i) =>
      sendSigned(restage.url, { target: `/restapis/a${i}/stages`, credentials }, agent).catch(() => {}),
    );
    await expect.poll(() => open).toBe(5);
    agent.destroy();
    await Promise.all(left);

    await expect.poll(() => open).toBe(0);
    expect(restage.errors).toEqual([]);
  },
);
