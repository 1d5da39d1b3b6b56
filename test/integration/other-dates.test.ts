import { describe, expect, test } from 'vitest';
import { credentials, readCassette, run, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const PLAIN = { accept: 'application/json' };
const usage = (start: string, end: string, others = '', plan = 'p1') =>
  `/usageplans/${plan}/usage?startDate=2026-${start}&endDate=2026-${end}${others}`;

/** One that answers with what it was asked for. */
function startEcho(): Promise<string> {
  return startUpstream((request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ asked: request.url }));
  });
}

/** Records each, a minute after the one before. */
async function record(upstream: string, targets: readonly string[]): Promise<string> {
  const dir = await temporaryFolder();
  for (const [minute, target] of targets.entries()) {
    const recording = await run('record', { upstream, dir }, { now: () => Date.now() + minute * 60_000 });
    await sendSigned(recording.url, { target, headers: PLAIN, credentials });
    await recording.close();
  }
  return dir;
}

describe('a replay on another day', () => {
  const newer = usage('05-01', '05-30');
  const older = usage('06-01', '06-30');
  const ofKey = usage('04-01', '04-30', '&keyId=k1');

  test.each([
    ['what was last recorded', usage('07-01', '07-30'), newer],
    ['what was recorded of that day, where there is one', older, older],
    ['what was recorded of the key', usage('07-01', '07-30', '&keyId=k1'), ofKey],
    ['nothing of another key', usage('07-01', '07-30', '&keyId=k2'), undefined],
    ['nothing of another page', usage('07-01', '07-30', '&position=x'), undefined],
    ['nothing of another plan', usage('07-01', '07-30', '', 'p2'), undefined],
    ['nothing where no dates are given', '/usageplans/p1/usage', undefined],
  ])('plays of usage %s', async (_, target, expected) => {
    const dir = await record(await startEcho(), [older, ofKey, newer]);
    const restage = await run('replay', { dir });
    const answer = await send(restage.url, target, PLAIN);

    if (expected === undefined) expect(answer.headers['x-restage-outcome']).toBe('missed');
    else expect(JSON.parse(answer.text)).toEqual({ asked: expected });
    const isOther = expected !== undefined && expected !== target;
    if (expected !== undefined)
      expect(restage.calls()[0]?.note).toBe(isOther ? 'as it was recorded with other dates' : undefined);
  });

  test('records that day where it can', async () => {
    const upstream = await startEcho();
    const dir = await record(upstream, [older]);
    const restage = await run('auto', { dir, upstream });
    const { headers } = await sendSigned(restage.url, { target: newer, headers: PLAIN, credentials });
    expect(headers['x-restage-outcome']).toBe('recorded');
    expect(Object.values(await readCassette(dir)).join('')).toMatch(/2026-05-30.*2026-06-30/s);
  });
});
