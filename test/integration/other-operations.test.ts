import { describe, expect, test } from 'vitest';
import { forwardingModes, recordInto, runOn } from '../support/recorded.ts';
import { readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const stages = `/restapis/${sample.rich}/stages`;

/** What is forwarded and never recorded, and why. */
const notUnderstood: ReadonlyArray<[target: string, reason: RegExp, method?: string, body?: string]> = [
  ['/restapis/', /no operation of API Gateway's control plane/],
  [`${stages}/`, /no operation of API Gateway's control plane/],
  [`${stages}/prod/more`, /no operation of API Gateway's control plane/],
  [`/restapis/${sample.rich}%2Fstages/x`, /no operation of API Gateway's control plane/],
  [stages, /no operation of API Gateway's control plane/, 'PATCH', '{}'],
  ['/restapis?page=1', /parameter 'page' is not known/],
  ['/restapis?limit=1&limit=2', /parameter 'limit' is given twice/],
  [`${stages}?limit=1`, /parameter 'limit' is not known/],
  [`${stages}?position=abc`, /parameter 'position' is not known/],
  [`${stages}?deploymentId=dep001&deployment_id=dep001`, /filters by deployment twice/],
  [`${stages}?deploymentId=dep001&deploymentId=dep002`, /filters by deployment twice/],
];

describe.each(notUnderstood)('%s, of which %s', (target, reason, method = 'GET', body = undefined) => {
  const request = { target, method, ...(body !== undefined && { body }) };

  test.each(forwardingModes)('is forwarded and not stored in %s', async (mode) => {
    const service = await startService();
    const dir = await temporaryFolder();
    const restage = await runOn(mode, dir, service);
    const { credentials } = service;
    const direct = await sendSigned(service.url, { ...request, credentials });
    const answer = await sendSigned(restage.url, { ...request, credentials });

    expect(answer).toMatchObject({
      status: direct.status,
      text: direct.text,
      headers: { 'x-restage-outcome': 'forwarded' },
    });
    expect(service.calls[1]).toMatchObject({ method, target, signed: true, body: Buffer.from(body ?? '') });
    expect(await readCassette(dir)).toEqual({});
    expect(restage.calls()).toMatchObject([{ outcome: 'forwarded', note: expect.stringMatching(reason) }]);
  });

  test('is a miss that says so in replay, and uses up no take', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages, `${stages}?deploymentId=dep001`]);
    const restage = await run('replay', { dir, order: 'strict' });
    const missed = await send(restage.url, target, {}, { method, ...(body !== undefined && { body }) });
    const next = await send(restage.url, stages, {});

    expect(missed).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'RecordingNotFoundException', 'x-restage-outcome': 'missed' },
    });
    const { message } = JSON.parse(missed.text);
    expect(message).toMatch(reason);
    expect(message).toMatch(/^Cannot replay .+: .+\. .+\.$/);
    expect(next.headers['x-restage-outcome']).toBe('replayed');
  });
});
