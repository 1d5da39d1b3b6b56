import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileNameOf } from '../../src/cassette/file-name.ts';
import { parseCassetteFile } from '../../src/cassette/format.ts';
import { credentialVariables, type Program, restage } from '../support/cli.ts';
import { credentials, startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import type { StandIn } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const env = credentialVariables(credentials);
const PLAIN = { accept: 'application/json' };

function record(dir: string, upstream: string, ...more: string[]): Program {
  return restage(['record', '--dir', dir, '--port', '0', '--upstream', upstream, ...more], { env });
}

async function ask(url: string, restApiId: string, deploymentId?: string): Promise<string> {
  const query = deploymentId === undefined ? '' : `?deploymentId=${deploymentId}`;
  const target = `/restapis/${restApiId}/stages${query}`;
  const answer = await sendSigned(url, { target, credentials, headers: PLAIN });
  return String(answer.headers['x-restage-outcome']);
}

/** APIs `api0`, `api1`, … with a stage each. */
function setApis(service: StandIn, count: number): void {
  for (let n = 0; n < count; n += 1)
    service.setStages(`api${n}`, [{ stageName: 'prod', deploymentId: `d${n}` }]);
}

describe('kill -9 of a recorder at 32 calls at once', () => {
  test('loses nothing that a client was answered, and leaves readable files', async () => {
    const service = await startService();
    setApis(service, 8);
    const dir = temporaryFolder();
    const first = record(dir, service.url, '--log', 'silent');
    const url = await first.url;
    const answered = new Set<string>();
    let next = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        const n = next++;
        const [restApiId, deploymentId] = [`api${n % 8}`, `f${n}`];
        const outcome = await ask(url, restApiId, deploymentId).catch(() => 'gone');
        if (outcome === 'gone') return;
        if (outcome === 'recorded') answered.add(`${restApiId} ${deploymentId}`);
        if (answered.size === 200) first.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 32 }, client));
    expect((await first.ended).signal).toBe('SIGKILL');

    const stored = new Set<string>();
    for (let n = 0; n < 8; n += 1) {
      const text = readFileSync(join(dir, 'default', fileNameOf(`api${n}`)), 'utf8');
      for (const { key } of parseCassetteFile(text, `api${n}`))
        stored.add(`api${n} ${key.parameters.deploymentId}`);
    }
    expect(answered.size).toBeGreaterThanOrEqual(200);
    expect([...answered].filter((key) => !stored.has(key))).toEqual([]);

    const second = record(dir, service.url, '--log', 'silent');
    expect(await ask(await second.url, 'api0')).toBe('recorded');
    second.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
    expect(readdirSync(join(dir, 'default')).filter((name) => !/^api\d\.json$/.test(name))).toEqual([]);
  });
});

test('a second recorder on a cassette is refused, naming the first, which goes on', async () => {
  const service = await startService();
  const dir = temporaryFolder();
  const first = record(dir, service.url);
  const url = await first.url;
  const second = await record(dir, service.url).ended;

  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`process ${first.child.pid}`);
  expect(second.stderr.trim().split('\n')).toHaveLength(1);
  expect(await ask(url, 'a1b2c3d4e5')).toBe('recorded');
});

test('auto locks with its first store: a second recorder is told by its answer and its exit status', async () => {
  const service = await startService();
  const dir = temporaryFolder();
  const first = record(dir, service.url);
  await first.url;
  const auto = restage(['auto', '--dir', dir, '--port', '0', '--upstream', service.url], { env });

  expect(await ask(await auto.url, 'a1b2c3d4e5')).toBe('forwarded');
  auto.kill('SIGTERM');
  const { status, stderr } = await auto.ended;
  expect(status).toBe(1);
  expect(stderr).toContain(`process ${first.child.pid}`);
});

describe('a recording that cannot be saved', () => {
  test('is answered all the same, with one loud line, exit 1, and the old file whole', async () => {
    const service = await startService();
    const dir = temporaryFolder();
    const earlier = record(dir, service.url);
    await ask(await earlier.url, 'a1b2c3d4e5');
    earlier.kill('SIGTERM');
    await earlier.ended;
    const path = join(dir, 'default', 'a1b2c3d4e5.json');
    const before = readFileSync(path, 'utf8');

    service.setStages('a1b2c3d4e5', []);
    const recorder = record(dir, service.url);
    const url = await recorder.url;
    // What stands in the way of the temporary file fails a write as a full disk does.
    const obstacle = join(dir, 'default', '.a1b2c3d4e5.json.tmp');
    mkdirSync(obstacle);
    writeFileSync(join(obstacle, 'full'), '');
    expect(await ask(url, 'a1b2c3d4e5')).toBe('forwarded');
    expect(await ask(url, 'a1b2c3d4e5')).toBe('forwarded');
    expect(await ask(url, 'onestage01')).toBe('recorded');
    recorder.kill('SIGTERM');
    const { status, stderr } = await recorder.ended;

    expect(status).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('Cannot save'))).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('is recorded with the next one that can be saved', async () => {
    const service = await startService();
    const dir = temporaryFolder();
    const recorder = record(dir, service.url);
    const url = await recorder.url;
    const obstacle = join(dir, 'default', '.a1b2c3d4e5.json.tmp');
    mkdirSync(obstacle);
    expect(await ask(url, 'a1b2c3d4e5')).toBe('forwarded');
    rmSync(obstacle, { recursive: true });
    expect(await ask(url, 'a1b2c3d4e5', 'vakw79')).toBe('recorded');
    recorder.kill('SIGTERM');
    await recorder.ended;

    const text = readFileSync(join(dir, 'default', 'a1b2c3d4e5.json'), 'utf8');
    expect(parseCassetteFile(text, 'a1b2c3d4e5')).toHaveLength(2);
  });

  test('in a folder that cannot be made is told at the start, and calls are answered', async () => {
    const service = await startService();
    const dir = join(temporaryFolder(), 'file');
    writeFileSync(dir, '');
    const recorder = record(dir, service.url);
    expect(await ask(await recorder.url, 'a1b2c3d4e5')).toBe('forwarded');
    recorder.kill('SIGTERM');
    const { status, stderr } = await recorder.ended;

    expect(status).toBe(1);
    expect(stderr).toContain('Cannot create');
  });
});
