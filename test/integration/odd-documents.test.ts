import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CASSETTE, run } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLAIN = { accept: 'application/json' };
const TAKE = '"representation":"json","region":"us-east-1","recordedAt":"2026-01-01T00:00:00Z"';

/** A folder with a cassette of these files. */
function folderWith(files: Record<string, string>): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, CASSETTE));
  for (const [id, interactions] of Object.entries(files))
    writeFileSync(
      join(dir, CASSETTE, `${id}.json`),
      `{"restage":1,"restApiId":"${id}","interactions":[${interactions}]}`,
    );
  return dir;
}

function getRestApi(document: string): string {
  return `{"operation":"GetRestApi","takes":[{"status":200,${TAKE},"document":${document}}]}`;
}

const nested = (depth: number) => `{"a":${'['.repeat(depth)}1${']'.repeat(depth)}}`;

describe('a recorded document', () => {
  const LONG = `{"name":"${'x'.repeat(30_000_000)}"}`;

  test.each<[string, string, number]>([
    ['of 30 MB', LONG, 200],
    ['that nests nearly as deeply as it may', nested(190), 200],
    ['that nests 200 deep in its file', nested(200), 400],
    ['that nests a million deep', nested(1_000_000), 400],
    ['with a member __proto__', '{"__proto__":{"polluted":true},"constructor":1,"name":"shop"}', 200],
  ])('%s is answered as it is or fails its own calls alone', async (_, document, status) => {
    const replay = await run('replay', {
      dir: folderWith({ odd: getRestApi(document), fine: getRestApi('{"id":"fine"}') }),
    });
    const odd = await send(replay.url, '/restapis/odd', PLAIN);

    expect(odd.status).toBe(status);
    if (status === 200) expect(odd.text === `${document}\n`).toBe(true);
    else expect(odd.headers['x-amzn-errortype']).toBe('CassetteUnreadableException');
    expect((await send(replay.url, '/restapis/fine', PLAIN)).text).toBe('{"id":"fine"}\n');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a write with another body is a miss that names what differs, and nothing moves on', async () => {
  const listing = (at: number, path: string) =>
    `{"status":200,${TAKE}${at === 0 ? '' : `,"at":${at}`},"document":{"item":[{"path":"${path}"}]}}`;
  const dir = folderWith({
    a1: `{"operation":"GetResources","takes":[${listing(0, '/')},${listing(1, '/orders')}]},
      {"operation":"CreateResource","parent_id":"r1","body":{"pathPart":"orders"},"takes":[
        {"status":201,${TAKE},"at":1,"document":{"id":"r2","pathPart":"orders"}}]}`,
  });
  const replay = await run('replay', { dir });
  const list = async () => (await send(replay.url, '/restapis/a1/resources', PLAIN)).text;
  const create = (pathPart: string) =>
    send(replay.url, '/restapis/a1/resources/r1', PLAIN, {
      method: 'POST',
      body: `{ "pathPart": "${pathPart}" }`,
    });

  expect(await list()).toContain('"/"');
  const missed = await create('invoices');
  expect(missed).toMatchObject({
    status: 400,
    headers: { 'x-amzn-errortype': 'RecordingNotFoundException', 'x-restage-outcome': 'missed' },
  });
  expect(missed.text).toMatch(/pathPart/);
  expect(await list()).toContain('"/"');
  expect((await create('orders')).status).toBe(201);
  expect(await list()).toContain('/orders');
});
