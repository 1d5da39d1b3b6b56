import { expect, test } from 'vitest';
import { run } from '../support/restage.ts';
import { startUpstream } from '../support/upstream.ts';

const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=AKIDX/20240101/us-east-1/apigateway/aws4_request',
};

test('in passthrough no fault alters what another session has recorded', async () => {
  const upstream = await startUpstream((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"item":[{"stageName":"prod"}]}'),
  );
  const { url } = await run('record', { upstream, 'trust-clients': true });
  const session = { name: 'a', mode: 'passthrough', faults: ['empty-list'] };
  await fetch(`${url}/__restage/sessions`, { method: 'POST', body: JSON.stringify(session) });
  const outcomes: (string | null)[] = [];
  for (const prefix of ['/@a', '', '/@a']) {
    const answer = await fetch(`${url}${prefix}/restapis/a1b2c3d4e5/stages`, { headers: SIGNED });
    outcomes.push(answer.headers.get('x-restage-outcome'));
  }
  expect(outcomes).toEqual(['forwarded', 'recorded', 'forwarded']);
});
