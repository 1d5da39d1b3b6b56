import { readdirSync, readFileSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import type { Random } from './random.ts';
import { credentials, folder, type Outcome, Victim } from './victim.ts';

const AT_ONCE = 32;

/** Kills a recording restage again and again: what a client was told is recorded must be in the files, which can all be read. */
export async function killRecorders(random: Random, rounds: number): Promise<Outcome> {
  let count = 0;
  const upstream = createServer((_, response) => {
    count += 1;
    const body = `{"item":[{"stageName":"a","description":"answer ${count}."}]}`;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  let tried = 0;
  let lost = 0;
  let largestMb = 0;
  const failures: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const cassette = `kill${round % 20}`;
    // The same cassettes again: the lock of who was killed is in the way each time.
    const victim = await Victim.start(['record', '-c', cassette, '--upstream', url, '--seed', '1']);
    const told: { file: string; description: string }[] = [];
    const agent = new Agent({ keepAlive: true });
    const enough = 20 + random.below(200);
    const work = async (worker: number): Promise<void> => {
      const api = `r${round}api${worker % 4}`;
      for (;;) {
        const target = `/restapis/${api}/stages?deploymentId=${worker % 8}`;
        const answer = await sendSigned(
          victim.url,
          { target, credentials, headers: { accept: 'application/json' } },
          agent,
        ).catch(() => undefined);
        if (answer === undefined) return;
        tried += 1;
        if (answer.headers['x-restage-outcome'] === 'recorded')
          told.push({ file: `${api}.json`, description: JSON.parse(answer.text).item[0].description });
        else
          failures.push(
            `round ${round}: a call was ${answer.headers['x-restage-outcome']}: ${answer.text.slice(0, 200)}`,
          );
        if (told.length === enough) {
          largestMb = Math.max(largestMb, victim.largestMb);
          victim.child.kill('SIGKILL');
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)));
    agent.destroy();
    await victim.stop('SIGKILL');
    const files = readAll(join(folder, 'cassettes', cassette), failures);
    lost += told.filter(({ file, description }) => !files.get(file)?.includes(description)).length;
  }
  upstream.close();
  if (lost > 0) failures.push(`${lost} recordings were lost`);
  const remarks = [`${rounds} rounds of kill -9 at ${AT_ONCE} calls at once, ${lost} recordings lost`];
  return { tried, crashes: 0, largestMb, longestWaitMs: undefined, failures: failures.slice(0, 5), remarks };
}

function readAll(cassette: string, failures: string[]): Map<string, string> {
  const names = readdirSync(cassette).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => {
      const text = readFileSync(join(cassette, name), 'utf8');
      try {
        JSON.parse(text);
      } catch {
        failures.push(`${name} cannot be read`);
      }
      return [name, text];
    }),
  );
}
