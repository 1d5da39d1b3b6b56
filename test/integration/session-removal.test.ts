import { EventEmitter, once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../support/restage.ts';
import { startUpstream } from '../support/upstream.ts';

const TRUSTING = { 'trust-clients': true };
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=AKIDX/20240101/us-east-1/apigateway/aws4_request',
};

test('a session that is removed during a call gives its lock back, and the call its answer', async () => {
  const upstreamCall = new EventEmitter();
  const asked = once(upstreamCall, 'asked');
  const upstream = await startUpstream(async (_request, response) => {
    const allowed = once(upstreamCall, 'allowed');
    upstreamCall.emit('asked');
    await allowed;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"item":[]}');
  });
  const restage = await run('record', { upstream, ...TRUSTING });
  const make = () =>
    fetch(`${restage.url}/__restage/sessions`, {
      method: 'POST',
      body: JSON.stringify({ name: 'a', cassette: 'own' }),
    });
  expect((await make()).status).toBe(200);

  const answering = fetch(`${restage.url}/@a/restapis/a1b2c3d4e5/stages`, { headers: SIGNED });
  await asked;
  await fetch(`${restage.url}/__restage/sessions/a`, { method: 'DELETE' });
  upstreamCall.emit('allowed');
  const answer = await answering;
  expect(answer.headers.get('x-restage-outcome')).toBe('forwarded');
  expect(await answer.json()).toEqual({ item: [] });

  expect(await readdir(restage.dir)).not.toContain('own');
  expect(restage.failures).toEqual([]);
  expect((await make()).status).toBe(200);
});
