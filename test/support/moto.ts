import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Another's emulator of AWS, written in Python: what it answers was not written with restage in mind. */
export interface Moto {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** It listens until its input ends, which it does at the latest when this process does. */
const SCRIPT = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
`;

/** Why moto cannot be started here; nothing when it can. */
export function whyNoMoto(): string | undefined {
  const { status, error } = spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' });
  if (status === 0) return undefined;
  return error === undefined ? '"python3 -c \'import moto.server\'" fails here' : error.message;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startMoto(): Promise<Moto> {
  const child = spawn('python3', ['-c', SCRIPT]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  const { value: port } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (port === undefined) {
    await ended;
    throw new Error(`Cannot start moto: it ended at once.\n${stderr}`);
  }
  const close = async () => {
    child.kill();
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
