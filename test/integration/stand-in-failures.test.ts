import { Agent } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RawAnswer, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { type FailureKind, type StandIn, sample, startStandIn } from '../support/stand-in.ts';

const target = `/restapis/${sample.rich}/stages`;
let standIn: StandIn;
let agent: Agent;

beforeEach(async () => {
  standIn = await startStandIn({ gzip: true, br: true });
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  agent.destroy();
  await standIn.close();
});

function ask(headers: Record<string, string> = {}): Promise<RawAnswer> {
  return sendSigned(standIn.url, { target, headers, credentials: standIn.credentials }, agent);
}

describe('content encodings of the stand-in', () => {
  test('are used when they are asked for', async () => {
    const { text } = await ask();
    const packed = async (accepted: string) => {
      const { body, headers } = await ask({ 'accept-encoding': accepted });
      return { body, encoding: headers['content-encoding'], length: Number(headers['content-length']) };
    };
    const [gzip, br, refused] = [
      await packed('gzip'),
      await packed('gzip, br;q=0.5'),
      await packed('gzip;q=0'),
    ];

    expect(gzip).toMatchObject({ encoding: 'gzip', length: gzip.body.length });
    expect(gunzipSync(gzip.body).toString()).toBe(text);
    expect(br).toMatchObject({ encoding: 'br', length: br.body.length });
    expect(brotliDecompressSync(br.body).toString()).toBe(text);
    expect(refused).toMatchObject({ encoding: undefined, length: Buffer.byteLength(text) });
  });

  test('are off unless they are wanted', async () => {
    const plain = await startStandIn();
    const headers = { 'accept-encoding': 'gzip, br' };
    const answer = await sendSigned(plain.url, { target, headers, credentials: plain.credentials });

    expect(answer.headers).not.toHaveProperty('content-encoding');
    await plain.close();
  });
});

describe('failures of the stand-in', () => {
  test.each<FailureKind>(['reset', 'half-body'])('break the connection with %s', async (kind) => {
    standIn.fail(kind, { times: 2 });

    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await ask()).status).toBe(200);
    expect(standIn.calls.map((call) => call.signed)).toEqual([true, true, true]);
  });

  test('with half-body send half of what they announced', async () => {
    const whole = await ask();
    standIn.fail('half-body');
    const response = await fetchSigned();
    const received: Buffer[] = [];
    const broken = (async () => {
      for await (const chunk of response.body ?? []) received.push(Buffer.from(chunk));
    })();

    await expect(broken).rejects.toThrow('terminated');
    expect(Number(response.headers.get('content-length'))).toBe(whole.body.length);
    expect(Buffer.concat(received)).toEqual(whole.body.subarray(0, whole.body.length >> 1));
  });

  test('with reset hit a kept-alive socket before anything is answered', async () => {
    await ask();
    standIn.fail('reset');
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(standIn.calls.map((call) => call.connection)).toEqual([1, 1]);
  });

  test.each([undefined, 503, 200])('with html answer a page, status %s', async (status) => {
    standIn.fail('html', status === undefined ? {} : { status });
    const answer = await ask();

    expect(answer.status).toBe(status ?? 503);
    expect(answer.headers['content-type']).toBe('text/html');
    expect(answer.text).toMatch(/^<html>/);
  });

  test.each([
    [{}, 500, 'InternalFailure', 'Internal Failure'],
    [{ status: 503 }, 503, 'ServiceUnavailableException', 'Service Unavailable'],
    [{ status: 429 }, 429, 'TooManyRequestsException', 'Too Many Requests'],
    [{ status: 403, type: 'AccessDeniedException', message: 'no' }, 403, 'AccessDeniedException', 'no'],
  ])('with error %j are in the shape of the service', async (options, status, type, message) => {
    standIn.fail('error', { ...options, headers: { 'Retry-After': '7' } });
    const answer = await ask();

    expect(answer).toMatchObject({ status, text: `{"message":"${message}"}\n` });
    expect(answer.headers).toMatchObject({ 'x-amzn-errortype': type, 'retry-after': '7' });
  });

  test('with slow hold every call until they are released', async () => {
    const slow = standIn.fail('slow', { times: Number.POSITIVE_INFINITY });
    const separate = new Agent({ keepAlive: true });
    const settled: number[] = [];
    const asked = [1, 2].map((number) =>
      sendSigned(standIn.url, { target, credentials: standIn.credentials }, separate).then((answer) => {
        settled.push(number);
        return answer.status;
      }),
    );
    await standIn.called(2);
    // Another server's whole round trip: time enough for an answer that is not held.
    const other = await startStandIn();
    await sendSigned(other.url, { target, credentials: other.credentials });
    await other.close();

    expect(settled).toEqual([]);
    slow.release();
    expect(await Promise.all(asked)).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
    separate.destroy();
  });

  test('with slow let clients go that do not wait', async () => {
    const slow = standIn.fail('slow');
    const gone = ask();
    await standIn.called(1);
    agent.destroy();
    await expect(gone).rejects.toThrow('socket hang up');
    slow.release();

    expect((await sendSigned(standIn.url, { target, credentials: standIn.credentials })).status).toBe(200);
  });

  test('with broken-gzip say gzip and are none', async () => {
    standIn.fail('broken-gzip');
    const answer = await ask({ 'accept-encoding': 'gzip' });

    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.body.length).toBe(Number(answer.headers['content-length']));
    expect(() => gunzipSync(answer.body)).toThrow('invalid block type');
  });

  test.each([26, 1000, 1_000_003])('with huge are %i bytes of JSON', async (bytes) => {
    standIn.fail('huge', { bytes });
    const answer = await ask();

    expect(answer.headers['content-length']).toBe(String(bytes));
    expect(answer.body.length).toBe(bytes);
    expect(JSON.parse(answer.text).item).toEqual([]);
  });

  test('with close-idle promise keep-alive and close the connection', async () => {
    standIn.fail('close-idle');
    const closed = new Promise<void>((resolve) => {
      agent.once('free', (socket) => socket.once('close', resolve));
    });
    const answer = await ask();
    await closed;

    expect(answer).toMatchObject({ status: 200, headers: { connection: 'keep-alive' } });
    await ask();
    await ask();
    expect(standIn.calls.map((call) => call.connection)).toEqual([1, 2, 2]);
  });

  test('follow one another, and are over when they are released', async () => {
    standIn.fail('error', { status: 503 });
    const endless = standIn.fail('error', { status: 500, times: Number.POSITIVE_INFINITY });
    const seen = [(await ask()).status, (await ask()).status, (await ask()).status];
    endless.release();

    expect([...seen, (await ask()).status]).toEqual([503, 500, 500, 200]);
  });
});

/** Node's fetch, which shows the part of a body that arrived. */
function fetchSigned(): Promise<Response> {
  const { host: _, ...headers } = signedHeaders(standIn.url, { target, credentials: standIn.credentials });
  return fetch(`${standIn.url}${target}`, { headers });
}
