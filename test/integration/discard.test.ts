import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FailureError, type View } from '../../src/index.ts';
import { ask, recordInto, runOn } from '../support/recorded.ts';
import { CASSETTE, readCassette, startService, temporaryFolder } from '../support/restage.ts';
import { type StandIn, sample } from '../support/stand-in.ts';

const [ONE, TWO, NONE] = [sample.oneStage, sample.twoStages, sample.noStages];
const stages = (api: string) => `/restapis/${api}/stages`;

/** Has the service answer otherwise from now on. */
function rename(service: StandIn, api: string, stageName: string): void {
  service.setStages(api, [{ stageName, deploymentId: 'abc123' }]);
}

/** A session's address is part of what its clients sign. */
function askIn({ url }: Pick<View, 'url'>, service: StandIn, target: string): ReturnType<typeof ask> {
  const { origin, pathname } = new URL(url);
  return ask(origin, service, pathname === '/' ? target : pathname + target);
}

async function record(view: Pick<View, 'url'>, service: StandIn, ...apis: string[]): Promise<void> {
  for (const api of apis) expect((await askIn(view, service, stages(api))).outcome).toBe('recorded');
}

/** The names of the stages of each recording of an API. */
async function recordedNames(dir: string, api: string): Promise<string> {
  return [...(await readFile(join(dir, CASSETTE, `${api}.json`), 'utf8')).matchAll(/"stageName": "(\w+)"/g)]
    .map(([, name]) => name)
    .join();
}

describe('what a session has recorded, discarded', () => {
  test('leaves the files as they were before, and no new ones', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages(ONE), `${stages(ONE)}?deploymentId=x`]);
    const before = await readCassette(dir);
    const restage = await runOn('record', dir, service);
    const session = await restage.session('s');
    rename(service, ONE, 'other');
    await record(session, service, ONE, ONE, TWO);
    expect(await readCassette(dir)).not.toEqual(before);

    expect(await session.discard()).toEqual({ discarded: 2, kept: 0 });
    expect(await readCassette(dir)).toEqual(before);
    expect(await session.discard(), 'there is nothing left').toEqual({ discarded: 0, kept: 0 });

    // It goes on as if it had not: the first answer of a run replaces those of earlier runs.
    await record(session, service, ONE, TWO);
    expect(await recordedNames(dir, ONE)).toContain('other');
    expect(Object.keys(await readCassette(dir)).sort()).toEqual([`${TWO}.json`, `${ONE}.json`].sort());
    await session.close();
    await restage.close();
    await expect(stat(join(dir, CASSETTE, '.lock'))).rejects.toThrow('ENOENT');
  });

  test('is forgotten by the run as well: what comes after is no second take', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages(ONE)]);
    const before = await readCassette(dir);
    const restage = await runOn('record', dir, service);
    const [a, b] = [await restage.session('a'), await restage.session('b')];
    await record(a, service, ONE);
    expect(await a.discard()).toEqual({ discarded: 1, kept: 0 });
    await record(b, service, ONE);
    expect(await readCassette(dir), 'the same answer again changes nothing').toEqual(before);
    await record(b, service, ONE);
    await record(a, service, ONE);
    await a.discard();
    await record(b, service, ONE);
    expect(JSON.parse((await readCassette(dir))[`${ONE}.json`] ?? '').interactions[0].takes).toMatchObject([
      { times: 3 },
    ]);
  });

  test('takes nothing from others who record to the same cassette', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const restage = await runOn('record', dir, service);
    const [failed, other] = [await restage.session('failed'), await restage.session('other')];
    rename(service, ONE, 'failed');
    await record(failed, service, ONE, NONE);
    rename(service, ONE, 'other');
    await record(other, service, ONE, TWO);
    await record(failed, service, TWO);

    // `other` has built on the first, and has nothing of the second.
    expect(await failed.discard()).toEqual({ discarded: 2, kept: 1 });
    expect(await recordedNames(dir, ONE)).toBe('failed,other');
    expect(Object.keys(await readCassette(dir)).sort()).toEqual([`${TWO}.json`, `${ONE}.json`].sort());
    const [{ takes }] = JSON.parse((await readCassette(dir))[`${TWO}.json`] ?? '').interactions;
    expect(takes).toHaveLength(1);
    expect(takes[0]).not.toHaveProperty('times');

    expect(await other.discard()).toEqual({ discarded: 2, kept: 0 });
    expect(await recordedNames(dir, ONE)).toBe('failed');
    expect(Object.keys(await readCassette(dir))).toEqual([`${ONE}.json`]);
  });

  test('keeps what was recorded of other keys of the file meanwhile', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages(ONE)]);
    const restage = await runOn('record', dir, service);
    const [failed, other] = [await restage.session('failed'), await restage.session('other')];
    rename(service, ONE, 'late');
    await record(failed, service, ONE);
    expect((await askIn(other, service, `${stages(ONE)}?deploymentId=abc123`)).outcome).toBe('recorded');
    expect(await failed.discard()).toEqual({ discarded: 1, kept: 0 });
    const { interactions } = JSON.parse((await readCassette(dir))[`${ONE}.json`] ?? '');
    expect(interactions).toMatchObject([
      { takes: [{ stages: [{ stageName: expect.not.stringContaining('late') }] }] },
      { deploymentId: 'abc123', takes: [{ stages: [{ stageName: 'late' }] }] },
    ]);
  });

  test('leaves alone what somebody has edited meanwhile, and says so where it cannot know', async () => {
    const service = await startService();
    const restage = await runOn('record', await temporaryFolder(), service);
    const session = await restage.session('s');
    await record(session, service, ONE, TWO);
    const path = join(restage.dir, CASSETTE, `${ONE}.json`);
    const edited = (await readFile(path, 'utf8')).replace(/"stageName": "\w+"/, '"stageName": "edited"');
    await writeFile(path, edited);
    await restage.reset();
    expect(await session.discard()).toEqual({ discarded: 1, kept: 1 });
    expect(await readCassette(restage.dir)).toEqual({ [`${ONE}.json`]: edited });

    await record(session, service, TWO);
    await writeFile(join(restage.dir, CASSETTE, `${TWO}.json`), edited);
    await expect(session.discard()).rejects.toThrow(FailureError);
    expect((await readCassette(restage.dir))[`${TWO}.json`]).toBe(edited);
  });

  test('is what calls that are under way have not yet come to: those of a session that ended record nothing', async () => {
    const service = await startService();
    const restage = await runOn('auto', await temporaryFolder(), service);
    const [session, other] = [await restage.session('s'), await restage.session('other')];
    await record(other, service, TWO);
    const held = service.fail('slow');
    const late = askIn(session, service, stages(ONE));
    await service.called(2);
    await Promise.all([session.discard(), session.close()]);
    held.release();
    expect((await late).outcome).toBe('forwarded');
    expect(Object.keys(await readCassette(restage.dir))).toEqual([`${TWO}.json`]);
  });

  test('is nothing where nothing is recorded; over HTTP, too', async () => {
    const service = await startService();
    const dir = await recordInto(service, [stages(ONE)]);
    const replaying = await runOn('replay', dir, service);
    expect(await replaying.discard()).toEqual({ discarded: 0, kept: 0 });
    const restage = await runOn('auto', dir, service);
    const before = await readCassette(dir);
    await record({ url: `${restage.url}/@s` }, service, TWO);
    await record(restage, service, NONE);
    const discard = async (path: string) =>
      (await fetch(`${restage.url}${path}/__restage/discard`, { method: 'POST' })).json();
    expect(await discard('/@s')).toEqual({ discarded: 1, kept: 0 });
    expect(await discard('')).toEqual({ discarded: 1, kept: 0 });
    expect(await readCassette(dir)).toEqual(before);
  });
});
