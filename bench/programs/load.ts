import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AnswersFile, LoadPlan, Phase, PhaseResult } from '../load-plan.ts';
import { AnswerReader, flawOf } from './answer-reader.ts';
import { makeRequest } from './requests.ts';

/**
 * Loads a server with prepared requests over raw keep-alive connections: on two cores a whole HTTP client takes too much
 * from the server. Prints a line when all is prepared; then, for each line of standard input, runs the phase of that number
 * and prints its result as JSON. `argv[2]`: the {@link LoadPlan}.
 */
interface Prepared {
  readonly request: Buffer;
  readonly right: Buffer;
}

interface Connection {
  readonly socket: Socket;
  onAnswer: (chunk: Buffer) => void;
}

/** So that no invocation id comes again soon when the keys are few. */
const LEAST_PREPARED = 4_096;
const PATIENCE_MS = 10_000;

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const { answers } = JSON.parse(readFileSync(plan.file, 'utf8')) as AnswersFile;
const prepared = plan.phases.map(prepare);
let isRunning = false;
const connections = await Promise.all(Array.from({ length: plan.connections }, open));
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const phase = plan.phases[Number(line)];
  if (phase === undefined) fail(`there is no phase ${line}`);
  isRunning = true;
  console.log(JSON.stringify(await run(phase, prepared[Number(line)] ?? [])));
  isRunning = false;
}
for (const { socket } of connections) socket.destroy();

function prepare({ from, count, repeats = false }: Phase): Prepared[] {
  const host = `127.0.0.1:${plan.port}`;
  const asked = answers.slice(from, from + count);
  if (asked.length < count) throw new Error(`there are only ${answers.length} answers`);
  const rights = asked.map(([, body]) => Buffer.from(body));
  const times = repeats ? Math.ceil(LEAST_PREPARED / count) : 1;
  return Array.from({ length: times }).flatMap(() =>
    asked.map(([path], n) => ({
      request: makeRequest(path, host, plan.signWith),
      right: rights[n] ?? Buffer.of(),
    })),
  );
}

async function open(): Promise<Connection> {
  const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true });
  const connection: Connection = { socket, onAnswer: () => fail('an answer that nobody waits for') };
  await once(socket, 'connect');
  socket.on('data', (chunk: Buffer) => connection.onAnswer(chunk));
  // One that nothing is asked on may be closed.
  socket.on('close', () => isRunning && fail('a connection was closed'));
  socket.on('error', (error) => isRunning && fail(error.message));
  return connection;
}

function run({ repeats = false, seconds }: Phase, calls: readonly Prepared[]): Promise<PhaseResult> {
  const latencies: number[] = [];
  let next = 0;
  let isOver = false;
  let busy = 0;
  const started = performance.now();
  let ended = started;
  let seen = 0;
  const watchdog = setInterval(() => {
    if (latencies.length === seen) fail(`no answer within ${PATIENCE_MS / 1000} s`);
    seen = latencies.length;
  }, PATIENCE_MS);
  const deadline = seconds === undefined ? Number.POSITIVE_INFINITY : started + seconds * 1000;
  return new Promise((resolve) => {
    const drive = (connection: Connection): void => {
      const reader = new AnswerReader();
      let asked = 0;
      let call: Prepared | undefined;
      const ask = (now: number): void => {
        if (repeats && next === calls.length) next = 0;
        call = isOver ? undefined : calls[next];
        if (call === undefined) {
          busy -= 1;
          if (busy > 0) return;
          clearInterval(watchdog);
          resolve(summarise());
          return;
        }
        next += 1;
        asked = now;
        if (connection.socket.destroyed) fail('a connection was closed');
        connection.socket.write(call.request);
      };
      connection.onAnswer = (chunk) => {
        const answer = reader.add(chunk);
        if (answer === undefined || call === undefined) return;
        const now = performance.now();
        const flaw = flawOf(answer, call.right, plan.outcome);
        if (flaw !== undefined) fail(flaw);
        if (now > deadline) isOver = true;
        else {
          latencies.push(now - asked);
          ended = now;
        }
        ask(now);
      };
      busy += 1;
      ask(performance.now());
    };
    connections.forEach(drive);
    const stayAwake = (): void => {
      if (busy > 0) setImmediate(stayAwake);
    };
    if (plan.keepsAwake) stayAwake();
  });

  function summarise(): PhaseResult {
    const sorted = Float64Array.from(latencies).sort();
    return {
      answered: latencies.length,
      seconds: ((isOver ? deadline : ended) - started) / 1000,
      p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN,
    };
  }
}

function fail(reason: string): never {
  console.error(`Load on port ${plan.port}: ${reason}`);
  process.exit(1);
}
