import { expect, test } from 'vitest';
import { parseCassetteFile } from '../../src/cassette/format.ts';
import { credentials, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';

const API = 'a1b2c3d4e5';

async function ask(url: string, deploymentId: string): Promise<string> {
  const target = `/restapis/${API}/stages?deploymentId=${deploymentId}`;
  const { headers } = await sendSigned(url, { target, credentials, headers: { accept: 'application/json' } });
  return String(headers['x-restage-outcome']);
}

async function recordedFilters(dir: string): Promise<(string | undefined)[]> {
  const text = (await readCassette(dir))[`${API}.json`] ?? '';
  return parseCassetteFile(text, API).map(({ key }) => key.parameters.deploymentId);
}

test('auto, whose lock comes with its first store, loses nothing that another recorder saved before', async () => {
  const service = await startService();
  const dir = await temporaryFolder();
  const options = { dir, upstream: service.url };
  const first = await run('record', options);
  expect(await ask(first.url, 'k0')).toBe('recorded');
  await first.close();

  const auto = await run('auto', options);
  expect(await ask(auto.url, 'k0')).toBe('replayed');
  const second = await run('record', options);
  expect(await ask(second.url, 'k1')).toBe('recorded');
  await second.close();
  expect(await ask(auto.url, 'k2')).toBe('recorded');
  expect(await recordedFilters(dir)).toEqual(['k0', 'k1', 'k2']);
  expect(await ask(auto.url, 'k1')).toBe('replayed');
});
