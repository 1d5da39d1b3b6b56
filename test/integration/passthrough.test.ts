import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ask, recordInto, runOn, saidBy } from '../support/recorded.ts';
import { getStages, readCassette, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const stages = `/restapis/${sample.rich}/stages`;

describe('passthrough', () => {
  test('gives what the service says now, whatever is recorded, and changes no file', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages]);
    const before = await readCassette(dir);
    service.setStages(sample.rich, [{ stageName: 'changed' }]);
    const restage = await runOn('passthrough', dir, service);
    const answers = [await ask(restage.url, service, stages), await ask(restage.url, service, stages)];
    await restage.close();

    expect(saidBy(answers)).toEqual(['changed', 'changed']);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['forwarded', 'forwarded']);
    expect(await readCassette(dir)).toEqual(before);
  });

  test('makes no folder and no lock, beside another recorder too', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const restage = await runOn('passthrough', dir, service);
    await getStages(restage.url, { restApiId: sample.rich });
    await getStages(restage.url, { restApiId: 'nosuchapi0' }).catch(() => undefined);

    expect(restage.calls().map(({ status }) => status)).toEqual([200, 404]);
    expect(await readdir(dir)).toEqual([]);
    const recording = await runOn('record', dir, service);
    const beside = await runOn('passthrough', dir, service);
    expect((await ask(beside.url, service, stages)).outcome).toBe('forwarded');
    await recording.close();
  });
});
