import { expect, test } from 'vitest';
import type { Mode, RestageOptions } from '../../src/index.ts';
import { readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const API = 'testapi001';
const calls = [
  { operation: 'TestInvokeMethod', target: `/restapis/${API}/resources/root/methods/GET` },
  { operation: 'TestInvokeAuthorizer', target: `/restapis/${API}/authorizers/auth01` },
];
const body = '{"pathWithQueryString":"/"}';

/** Calls both operations. @returns each one's outcome and note. */
async function callBoth(mode: Mode, options: RestageOptions) {
  const { credentials } = await startService();
  const restage = await run(mode, options);
  const answers = [];
  for (const { target } of calls) {
    const request = { target, method: 'POST', body, credentials };
    answers.push(
      mode === 'replay'
        ? await send(restage.url, target, {}, { method: 'POST', body })
        : await sendSigned(restage.url, request),
    );
  }
  await restage.close();
  const outcomes = restage.calls().map(({ operation, outcome, note }) => ({ operation, outcome, note }));
  return { outcomes, answers };
}

async function startTests(): Promise<string> {
  return startUpstream((_, response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end('{"log":"Execution log","status":200}');
  });
}

test.each(['record', 'auto'] as const)(
  'in %s what holds logs is recorded where it is named, and nothing else of the kind',
  async (mode) => {
    const upstream = await startTests();
    const dir = await temporaryFolder();
    const options = { upstream, dir, 'trust-clients': true, 'allow-writes': true };
    const { outcomes } = await callBoth(mode, { ...options, 'record-operation': 'TestInvokeMethod' });

    expect(outcomes).toEqual([
      { operation: 'TestInvokeMethod', outcome: 'recorded', note: undefined },
      {
        operation: 'TestInvokeAuthorizer',
        outcome: 'forwarded',
        note: "not recorded: its answers hold logs, and are recorded with '--record-operation TestInvokeAuthorizer' alone",
      },
    ]);
    const { interactions } = JSON.parse((await readCassette(dir))[`${API}.json`] ?? '');
    expect(interactions).toMatchObject([
      { operation: 'TestInvokeMethod', takes: [{ document: { log: 'Execution log' } }] },
    ]);
  },
);

test('what holds logs is not recorded unless it is named', async () => {
  const upstream = await startTests();
  const dir = await temporaryFolder();
  const options = { upstream, dir, 'trust-clients': true, 'allow-writes': true };
  const { outcomes } = await callBoth('record', options);

  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['forwarded', 'forwarded']);
  expect(await readCassette(dir)).toEqual({});
});

test('replay plays what was recorded by name, and a miss says how to name it', async () => {
  const upstream = await startTests();
  const dir = await temporaryFolder();
  const options = { upstream, dir, 'trust-clients': true, 'allow-writes': true };
  await callBoth('record', { ...options, 'record-operation': ['TestInvokeMethod'] });
  const { outcomes, answers } = await callBoth('replay', { dir });

  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['replayed', 'missed']);
  expect(JSON.parse(answers[0]?.text ?? '')).toEqual({ log: 'Execution log', status: 200 });
  expect(answers[1]?.text).toContain('--record-operation TestInvokeAuthorizer -- <your command>');
});
