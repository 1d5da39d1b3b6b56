import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { credentialVariables } from '../support/cli.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { callInTunnel, openTunnel } from '../support/tunnel.ts';

const program = fileURLToPath(new URL('../support/host-program.mjs', import.meta.url));

test('a program that restage is used in finds all that is global as it was', async () => {
  const service = await startService();
  const child = spawn(process.execPath, ['--no-warnings', program, service.url, await temporaryFolder()], {
    env: { ...process.env, ...credentialVariables(credentials) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const restage = JSON.parse((await lines.next()).value);

  const target = `/restapis/${sample.rich}/stages`;
  const outcomes: unknown[] = [];
  for (let n = 0; n < 2; n += 1) {
    const { headers } = await sendSigned(restage.url, { target, credentials });
    outcomes.push(headers['x-restage-outcome']);
  }
  const tunnel = await openTunnel(restage);
  tunnel.send(callInTunnel(target, credentials));
  outcomes.push(/^x-restage-outcome: (\w+)/im.exec(await tunnel.until('\r\n\r\n'))?.[1]);
  tunnel.socket.destroy();
  expect(outcomes).toEqual(['faulted', 'recorded', 'recorded']);
  expect((await send(restage.url, '/__restage/metrics', {})).status).toBe(200);
  child.stdin.end();

  expect(JSON.parse((await lines.next()).value)).toEqual([]);
  await once(child, 'close');
});
