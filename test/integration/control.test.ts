import { describe, expect, test } from 'vitest';
import { requestHead, sendRaw } from '../support/raw.ts';
import { getStages, type Running, run, startService } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const TOKEN = 'a-token-of-24-characters';

async function startReplay(options = {}): Promise<Running> {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  await getStages(restage.url, { restApiId: sample.oneStage });
  await restage.close();
  return run('replay', { dir: restage.dir, ...options });
}

async function ask(url: string, method: string, path: string, body?: string, headers = {}) {
  const answer = await fetch(`${url}/__restage/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('x-amzn-errortype'),
    text,
    headers: answer.headers,
  };
}

describe('control', () => {
  test('tells the status of the server and of a session', async () => {
    const restage = await startReplay({ seed: 7, fault: 'not-found,api=none' });
    await fetch(restage.url + target);
    await fetch(`${restage.url}/@a${target}`);
    const { status, text, headers } = await ask(restage.url, 'GET', 'status');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(text)).toMatchObject({
      session: null,
      mode: 'replay',
      cassette: 'default',
      order: 'sequence',
      upstream: null,
      seed: 7,
      calls: { replayed: 2, missed: 0 },
      faults: [{ name: 'not-found,api=none', kind: 'not-found', matched: 0, fired: 0 }],
      remembered: { bytes: expect.any(Number), limit: 128 * 1024 * 1024 },
    });
    expect(JSON.parse(text).remembered.bytes, 'of two calls and a session').toBeGreaterThan(5_000);
    const own = await ask(`${restage.url}/@a`, 'GET', 'status');
    expect(JSON.parse(own.text)).toMatchObject({ session: 'a', calls: { replayed: 1 } });
  });

  test('lists the calls that fit, and forgets them', async () => {
    const restage = await startReplay();
    for (const path of [target, '/@a/restapis/unknown/stages', `/@a${target}`])
      await fetch(restage.url + path);
    const list = async (query: string) =>
      JSON.parse((await ask(restage.url, 'GET', `calls${query}`)).text).calls as Record<string, unknown>[];
    expect(await list('')).toHaveLength(3);
    expect(await list('?session=a')).toHaveLength(2);
    expect(await list('?session=a&outcome=missed')).toMatchObject([{ restApiId: 'unknown', status: 400 }]);
    expect(await list(`?api=${sample.oneStage}&limit=1`)).toMatchObject([
      { session: 'a', outcome: 'replayed' },
    ]);
    expect((await ask(`${restage.url}/@a`, 'DELETE', 'calls')).status).toBe(200);
    expect(JSON.parse((await ask(`${restage.url}/@a`, 'GET', 'calls')).text).calls).toEqual([]);
    expect(await list('')).toHaveLength(3);
  });

  test('keeps only the beginning of what clients make long', async () => {
    const restage = await startReplay();
    const long = 'x'.repeat(5000);
    await fetch(`${restage.url}/${long}`);
    await fetch(`${restage.url}/restapis/${long}/stages?deploymentId=${long}`);
    const [other, own] = restage.calls();
    expect(other?.operation).toBe(`GET /${'x'.repeat(195)}…`);
    expect(own).toMatchObject({
      restApiId: `${'x'.repeat(200)}…`,
      parameters: { deploymentId: `${'x'.repeat(200)}…` },
    });
  });

  test.each([
    ['GET', 'calls?nope=1', undefined, 'known are session, operation, api, status, outcome, since, limit'],
    ['GET', 'calls?limit=0', undefined, 'is a number from 1 to 1000'],
    ['GET', 'calls?limit=1001', undefined, 'is a number from 1 to 1000'],
    ['GET', 'calls?outcome=ok', undefined, 'is one of recorded, replayed'],
    ['GET', 'calls?api=a&api=b', undefined, 'given twice'],
    [
      'POST',
      'sessions',
      '{"name":"a","nope":1}',
      'known are name, cassette, mode, order, faults, seed, idleSeconds, recordWith',
    ],
    ['POST', 'sessions', '{}', "field 'name'"],
    ['POST', 'sessions', '{"name":"../x"}', 'without a leading dot'],
    ['POST', 'sessions', '{"name":"a","cassette":".."}', "field 'cassette'"],
    ['POST', 'sessions', '{"name":"a","mode":"erase"}', 'is one of record, replay, auto, passthrough'],
    ['POST', 'sessions', '{"name":"a","idleSeconds":0}', 'from 1 to 86400'],
    [
      'POST',
      'sessions',
      `{"name":"a","recordWith":"${'x'.repeat(1001)}"}`,
      'is a line of 1 to 1000 characters',
    ],
    ['POST', 'sessions', '{"name":"a","recordWith":"a\\u001b[2J"}', 'is a line of 1 to 1000 characters'],
    ['POST', 'sessions', '{"name":"a","faults":["explode"]}', "there is no kind 'explode'"],
    ['POST', 'sessions', '[]', 'not a JSON object'],
    ['POST', 'sessions', '{"name":', 'not JSON'],
    ['POST', 'sessions', '', 'not JSON'],
    ['POST', 'sessions', '\ufeff{"name":"../x"}', 'without a leading dot'],
    ['POST', 'sessions', `"${'x'.repeat(70_000)}"`, 'more than 64 KB'],
  ])('refuses %s %s %s, naming what is known', async (method, path, body, words) => {
    const restage = await startReplay();
    const { status, type, text } = await ask(restage.url, method, path, body);
    expect([status, type]).toEqual([400, 'ControlRequestInvalidException']);
    expect(JSON.parse(text).message).toContain(words);
  });

  test('makes no session of more rules than may hold, though few bytes are enough to name them', async () => {
    const restage = await startReplay();
    const faults = Array.from({ length: 1001 }, () => 'throttle');
    const { status, text } = await ask(
      restage.url,
      'POST',
      'sessions',
      JSON.stringify({ name: 'a', faults }),
    );
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toContain('there are more than 1000 rules');
  });

  test('makes no session for whoever only looks at one', async () => {
    const restage = await startReplay();
    for (const [method, path] of [
      ['GET', 'status'],
      ['GET', 'faults'],
      ['GET', 'retries'],
    ] as const) {
      const { status, text } = await ask(`${restage.url}/@typo`, method, path);
      expect([status, JSON.parse(text).message]).toEqual([
        404,
        "Cannot find session 'typo': there is none of that name. There is none yet; one is made by its first call.",
      ]);
    }
    expect(JSON.parse((await ask(restage.url, 'GET', 'sessions')).text).sessions).toEqual([]);
    expect((await ask(`${restage.url}/@a`, 'POST', 'faults', '{"kind":"throttle"}')).status).toBe(200);
    expect((await ask(`${restage.url}/@typo`, 'GET', 'status')).text).toContain('Known are a');
  });

  test('does not make a session twice', async () => {
    const restage = await startReplay();
    expect((await ask(restage.url, 'POST', 'sessions', '{"name":"a"}')).status).toBe(200);
    expect(await ask(restage.url, 'POST', 'sessions', '{"name":"a"}')).toMatchObject({
      status: 409,
      type: 'SessionExistsException',
    });
  });

  test('of a session knows nothing of the others', async () => {
    const restage = await startReplay();
    const { status, text } = await ask(`${restage.url}/@a`, 'GET', 'sessions');
    expect(status).toBe(404);
    expect(JSON.parse(text).message).not.toContain('sessions,');
  });

  test('streams each call as it is answered, and ends when restage stops', async () => {
    const restage = await startReplay();
    await ask(restage.url, 'POST', 'sessions', '{"name":"a"}');
    const answer = await fetch(`${restage.url}/@a/__restage/events`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = (answer.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    expect((await reader.read()).value).toBe(': listening\n\n');
    await fetch(restage.url + target);
    await fetch(`${restage.url}/@a${target}`);
    const { value = '' } = await reader.read();
    const [type, data, ...rest] = value.split('\n');
    expect([type, rest]).toEqual(['event: call', ['', '']]);
    expect(JSON.parse(data?.replace('data: ', '') ?? '')).toMatchObject({
      session: 'a',
      outcome: 'replayed',
    });
    const startedAt = performance.now();
    await restage.close();
    expect((await reader.read()).done).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  test('counts calls, faults and sizes for Prometheus', async () => {
    const restage = await startReplay({ fault: ['latency,ms=0,name=slow', 'throttle,first=1,name=storm'] });
    for (const path of [target, target, '/restapis/', '/restapis/x/']) await fetch(restage.url + path);
    const { headers, text } = await ask(restage.url, 'GET', 'metrics');
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const lines = text.split('\n');
    expect(lines).toContain('restage_calls_total{operation="GetStages",outcome="faulted"} 1');
    expect(lines).toContain('restage_calls_total{operation="GetStages",outcome="replayed"} 1');
    expect(lines).toContain('restage_calls_total{operation="other",outcome="missed"} 2');
    expect(lines).toContain('restage_faults_total{rule="storm"} 1');
    expect(lines).toContain('restage_faults_total{rule="slow"} 4');
    expect(lines).toContain('# TYPE restage_answer_seconds histogram');
    expect(lines).toContain('restage_answer_seconds_bucket{le="60"} 4');
    expect(lines).toContain('restage_answer_seconds_bucket{le="+Inf"} 4');
    expect(lines).toContain('restage_answer_seconds_count 4');
    expect(lines).toContain('restage_sessions 0');
    expect(text).toMatch(/^restage_cassette_bytes\{cassette="default"\} [1-9]\d+$/m);
  });

  test('counts how long the upstream took', async () => {
    const service = await startService();
    const restage = await run('passthrough', { upstream: service.url });
    await getStages(restage.url, { restApiId: sample.oneStage });
    expect((await ask(restage.url, 'GET', 'metrics')).text).toContain('restage_upstream_seconds_count 1');
    expect(restage.calls()[0]?.upstreamMs).toBeGreaterThan(0);
  });

  test('asks for the admin token where there is one', async () => {
    const restage = await startReplay({ 'admin-token': TOKEN });
    for (const headers of [{}, { authorization: 'Bearer nope' }, { authorization: `Basic ${TOKEN}` }]) {
      const refused = await ask(restage.url, 'GET', 'status', undefined, headers);
      expect(refused).toMatchObject({ status: 401, type: 'ControlUnauthorizedException' });
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="restage"');
      expect(refused.text).not.toContain(TOKEN);
    }
    const allowed = await ask(restage.url, 'GET', 'status', undefined, { authorization: `Bearer ${TOKEN}` });
    expect(allowed.status).toBe(200);
    expect((await fetch(restage.url + target)).status).toBe(200);
  });

  test.each([
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'x_forwarded_for',
    'Forwarded',
    'Via',
    'X-Real-IP',
    'X-Client-IP',
    'True-Client-IP',
  ])('is not for whoever comes through a proxy that sends %s, unless by the token', async (name) => {
    const headers = { [name]: '203.0.113.7' };
    for (const [method, path] of [
      ['GET', 'status'],
      ['GET', 'calls'],
      ['POST', 'reset'],
    ] as const) {
      const refused = await ask((await startReplay()).url, method, path, undefined, headers);
      expect(refused).toMatchObject({ status: 403, type: 'CallerNotAllowedException' });
    }
    const { url } = await startReplay({ 'admin-token': TOKEN });
    const allowed = { ...headers, authorization: `Bearer ${TOKEN}` };
    expect((await ask(url, 'GET', 'status', undefined, allowed)).status).toBe(200);
  });

  test('is not for web pages', async () => {
    const { port } = await startReplay();
    const headers = { Host: `127.0.0.1:${port}`, Origin: 'http://evil.example' };
    expect(await sendRaw(port, requestHead('POST /__restage/reset', headers))).toMatch(/^HTTP\/1\.1 403 /);
  });
});
