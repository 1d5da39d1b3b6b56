import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { startServer, temporary } from './children.ts';
import type { AnswersFile } from './load-plan.ts';
import { type Recording, writeCassette } from './recordings.ts';
import { replay } from './servers.ts';
import type { Build } from './settings.ts';
import { type Peer, writeTapes } from './tapes.ts';

/** The same recordings in every form that a row needs. */
export interface Fixture {
  readonly name: string;
  readonly count: number;
  /** The {@link AnswersFile}. */
  readonly file: string;
  readonly content: AnswersFile;
  /** The folder of the peer's tapes, written when first asked for. */
  readonly tapes: (peer: Peer) => string;
}

/** What node:http adds to every answer, the bare server's too. */
const SET_BY_NODE = ['connection', 'date', 'keep-alive'];

/** Where all cassettes are. */
export const cassettes = join(temporary, 'cassettes');

/** Makes a cassette of the recordings. The head of all answers is the one that the build gives. */
export async function makeFixture(
  build: Build,
  name: string,
  recordings: readonly Recording[],
): Promise<Fixture> {
  writeCassette(join(cassettes, name), recordings);
  const { path = '', body = '' } = recordings[0] ?? {};
  // The bodies are all of one length.
  const headers = { ...(await headOf(build, name, path)), 'Content-Length': String(body.length) };
  return writeFixture(name, {
    headers,
    answers: recordings.map((recording) => [recording.path, recording.body]),
  });
}

/** The answers in a file, and on tapes. */
export function writeFixture(name: string, content: AnswersFile): Fixture {
  const file = join(temporary, `${name}.json`);
  writeFileSync(file, JSON.stringify(content));
  const written = new Map<Peer, string>();
  const tapes = (peer: Peer): string => {
    const folder = written.get(peer) ?? join(temporary, `${name}-${peer}`);
    if (!written.has(peer)) writeTapes(peer, folder, content);
    written.set(peer, folder);
    return folder;
  };
  return { name, count: content.answers.length, file, content, tapes };
}

async function headOf(build: Build, cassette: string, path: string): Promise<Record<string, string>> {
  const server = await startServer(replay(build, cassette));
  try {
    const raw = await new Promise<string[]>((resolve, reject) => {
      const options = { port: server.port, host: '127.0.0.1', path, headers: { accept: 'application/json' } };
      get(options, (answer) => resolve(answer.resume().rawHeaders)).once('error', reject);
    });
    const pairs = raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1] ?? ''] as const] : []));
    return Object.fromEntries(pairs.filter(([name]) => !SET_BY_NODE.includes(name.toLowerCase())));
  } finally {
    await server.stop();
  }
}
