import { expect, test } from 'vitest';
import { run } from '../support/restage.ts';

interface Fault {
  readonly name: string;
}

async function faults(url: string, method: string, rest = '', fields?: object) {
  const answer = await fetch(`${url}/__restage/faults${rest}`, {
    method,
    ...(fields !== undefined && { body: JSON.stringify(fields) }),
  });
  const said = (await answer.json()) as { faults?: Fault[]; message?: string };
  return { status: answer.status, names: said.faults?.map(({ name }) => name), message: said.message };
}

test('of a preset that cannot be added whole, nothing is', async () => {
  const { url } = await run('replay');
  const { names: [latency = '', ...others] = [] } = await faults(url, 'POST', '', { preset: 'brownout' });
  await faults(url, 'DELETE', `/${encodeURIComponent(latency)}`);
  expect(await faults(url, 'POST', '', { preset: 'brownout' })).toMatchObject({ status: 400 });
  expect(await faults(url, 'GET')).toMatchObject({ names: others });
});

test.each([
  [{ kind: 'nope' }, /^Cannot use fault .*: there is no kind 'nope'\. Known kinds are [^.]*\.$/],
  [{ preset: 'nope' }, /^Cannot use preset 'nope': there is no such preset\. Known are [^.]*\.$/],
  [[], /^Cannot carry out the call: its body is not a JSON object\. Correct it, and call again\.$/],
])('%j is refused in one sentence and its remedy', async (fields, message) => {
  const { url } = await run('replay');
  expect(await faults(url, 'POST', '', fields)).toMatchObject({
    status: 400,
    message: expect.stringMatching(message),
  });
});
