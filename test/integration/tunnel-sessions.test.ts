import { describe, expect, test } from 'vitest';
import { credentials, type Running, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { agentThrough, HOST, intercept, interceptRecorded, SERVICE } from '../support/tunnel.ts';

const API = sample.twoStages;
const target = `/restapis/${API}/stages`;

describe('the session of a tunnel', () => {
  /** What the user of a proxy's URL sees of the stages. */
  async function stageNames(restage: Running, user: string): Promise<string> {
    const headers = { host: HOST, accept: 'application/json' };
    const { status, text } = await send(SERVICE, target, headers, { agent: agentThrough(restage, user) });
    const { item = [] } = JSON.parse(text) as { item?: { stageName: string }[] };
    return status === 200 ? item.map(({ stageName }) => stageName).join() : String(status);
  }

  async function replayingSequence(): Promise<Running> {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    for (const stageName of ['first', 'second']) {
      service.setStages(API, [{ stageName, deploymentId: 'abc123' }]);
      await sendSigned(recording.url, { target, credentials });
    }
    await recording.close();
    return intercept('replay', { dir: recording.dir });
  }

  test('is that of the user, 10 in parallel with cursors of their own', async () => {
    const restage = await replayingSequence();
    const names = Array.from({ length: 10 }, (_, index) => `t${index}`);
    const seen = await Promise.all(
      names.map(async (name) => [
        await stageNames(restage, `${name}:`),
        await stageNames(restage, `${name}:any-password`),
        await stageNames(restage, `${name}:`),
      ]),
    );

    expect(seen).toEqual(names.map(() => ['first', 'second', 'second']));
    // Neither of these is a session: what the others were given is not missing here.
    expect(await stageNames(restage, '')).toBe('first');
    expect(await stageNames(restage, '~:x')).toBe('second');
    expect(restage.calls().slice(-2)).toMatchObject([{ session: undefined }, { session: undefined }]);
  });

  test('is the one that control and endpoint overrides know by the name', async () => {
    const restage = await replayingSequence();
    const rule = JSON.stringify({ kind: 'throttle', first: 1 });
    const posted = await fetch(`${restage.url}/@a/__restage/faults`, { method: 'POST', body: rule });

    expect(posted.status).toBe(200);
    expect(await stageNames(restage, 'b:')).toBe('first');
    expect(await stageNames(restage, 'a:')).toBe('429');
    expect(await stageNames(restage, 'a:')).toBe('first');
    const accept = 'application/json';
    const direct = await fetch(`${restage.url}/@a${target}`, { headers: { accept } });
    expect(await direct.text()).toContain('"second"');
  });

  test.each(['.a', 'a%2fb', 'é'])('is refused by the name %s', async (name) => {
    const restage = await interceptRecorded([target]);
    const agent = agentThrough(restage, `${name}:`);
    const answer = await send(SERVICE, target, { host: HOST }, { agent });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'SessionNameInvalidException' },
    });
  });
});
