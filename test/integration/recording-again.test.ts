import { describe, expect, test } from 'vitest';
import { readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { type StandIn, sample } from '../support/stand-in.ts';

const APIS = [sample.twoStages, sample.oneStage, sample.noStages, sample.rich] as const;
const PLAIN = { accept: 'application/json' };

function ask(url: string, target: string, { credentials }: StandIn, headers: Record<string, string> = {}) {
  return sendSigned(url, { target, credentials, headers });
}

describe('recording again', () => {
  test('the same answers leaves the files byte-identical', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const once = async () => {
      const recording = await run('record', { upstream: service.url, dir });
      for (const api of [...APIS, 'nosuchapi0']) {
        for (const headers of [PLAIN, {}])
          await ask(recording.url, `/restapis/${api}/stages`, service, headers);
        await ask(recording.url, `/restapis/${api}/stages?deploymentId=dep001`, service, PLAIN);
      }
      await recording.close();
      return readCassette(dir);
    };
    const first = await once();

    expect(Object.keys(first)).toEqual([...APIS, 'nosuchapi0'].map((api) => `${api}.json`).sort());
    expect(await once()).toEqual(first);
  });

  test('another answer replaces those of earlier runs, and the answers of one run follow one another', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const target = '/restapis/changing01/stages';
    const record = async (statuses: readonly string[]) => {
      const recording = await run('record', { upstream: service.url, dir });
      for (const cacheClusterStatus of statuses) {
        service.setStages('changing01', [{ stageName: 'a', cacheClusterStatus }]);
        await ask(recording.url, target, service, PLAIN);
      }
      await recording.close();
    };
    await record(['OLD']);
    await record(['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'AVAILABLE']);
    const replaying = await run('replay', { dir });
    const replayed: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { text } = await send(replaying.url, target, PLAIN);
      replayed.push(JSON.parse(text).item[0].cacheClusterStatus);
    }

    expect(replayed).toEqual(['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'AVAILABLE', 'AVAILABLE']);
    const takes = JSON.parse((await readCassette(dir))['changing01.json'] ?? '').interactions[0].takes;
    expect(takes).toMatchObject([{ times: 2 }, { stages: [{ cacheClusterStatus: 'AVAILABLE' }] }]);
  });

  test('an error does not replace a recorded answer unless it is told to', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const target = `/restapis/${sample.oneStage}/stages`;
    const record = async (replace: boolean) => {
      const recording = await run('record', { upstream: service.url, dir, replace });
      const answer = await ask(recording.url, target, service, PLAIN);
      await recording.close();
      return answer.headers['x-restage-outcome'];
    };
    await record(false);
    const before = await readCassette(dir);
    service.setStages(sample.oneStage, undefined);

    expect(await record(false)).toBe('forwarded');
    expect(await readCassette(dir)).toEqual(before);
    expect(await record(true)).toBe('recorded');
    expect((await readCassette(dir))[`${sample.oneStage}.json`]).toContain('NotFoundException');
  });
});
