import { describe, expect, test } from 'vitest';
import { errands } from '../../../src/cli/errands.ts';
import { fault } from '../../../src/cli/fault.ts';
import { FailureError, UsageError } from '../../../src/errors.ts';
import { run } from '../../support/restage.ts';
import { send } from '../../support/stand-in/signed-request.ts';
import { deadUpstream, startUpstream } from '../../support/upstream.ts';

/** Runs `restage fault ACTION [RULE]` in this process; gives what it writes. */
async function runFault([action, rule]: readonly string[], options: object): Promise<string> {
  let written = '';
  await fault({ action, ...(rule !== undefined && { rule }), ...options }, (text) => {
    written += text;
  });
  return written;
}

/** Runs `restage retries` in this process; it must not come to writing. */
function runRetries(options: object): Promise<number> {
  const retries = errands.find(({ usage }) => usage === 'retries');
  if (retries === undefined) throw new Error('there is no such command');
  return retries.run({ ...options });
}

/** Everything that talks to a running proxy. */
const talks: ReadonlyArray<[string, (url: string) => Promise<unknown>]> = [
  ['fault ls', (url) => runFault(['ls'], { url })],
  ['fault add', (url) => runFault(['add', 'throttle'], { url })],
  ['fault rm', (url) => runFault(['rm', 'throttle'], { url })],
  ['fault clear', (url) => runFault(['clear'], { url })],
  ['retries', (url) => runRetries({ url })],
];

describe('restage fault', () => {
  test.each<[args: readonly string[], words: readonly string[]]>([
    [['list'], ["'restage fault list'", 'add, ls, rm, clear']],
    [['toString'], ["'restage fault toString'", 'add, ls, rm, clear']],
    [['add'], ["'restage fault add'", 'it needs a rule']],
    [['rm'], ["'restage fault rm'", 'it needs a rule']],
    [
      ['ls', 'storm'],
      ["'restage fault ls'", 'it takes no rule'],
    ],
    [
      ['clear', 'storm'],
      ["'restage fault clear'", 'it takes no rule'],
    ],
    [
      ['add', 'brownot'],
      ["'brownot'", 'brownout', 'flaky-network', 'throttle, limit-exceeded'],
    ],
    [
      ['add', 'explode,first=1'],
      ["'explode'", 'throttle, limit-exceeded'],
    ],
    [
      ['add', 'throttle,frist=2'],
      ["'frist'", 'Known names are', 'first'],
    ],
    [
      ['add', 'throttle,first=-2'],
      ["'first'", '"-2"', '0 or more'],
    ],
    [
      ['add', 'throttle,cycle=1/2,every=3'],
      ["'cycle'", "'every'"],
    ],
  ])('refuses %j, and leaves the faults as they are', async (args, words) => {
    const { url } = await run('replay', { fault: [{ kind: 'conflict', name: 'taken' }] });
    const refusal = await runFault(args, { url }).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(UsageError);
    for (const word of words) expect((refusal as Error).message).toContain(word);
    expect(JSON.parse((await send(url, '/__restage/faults', {})).text).faults).toMatchObject([
      { name: 'taken', matched: 0 },
    ]);
  });

  test.each([
    [{ url: 'ftp://127.0.0.1:1' }, '--url'],
    [{ url: 'http://user:secret@127.0.0.1:1' }, '--url'],
    [{ url: ['http://a:1', 'http://b:1'] }, '--url: it is given more than once'],
    [{ session: '../x' }, '--session "../x"'],
  ])('refuses the option %j', async (options, words) => {
    const refusal = await runFault(['ls'], options).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as Error).message).toContain(words);
    expect((refusal as Error).message).not.toContain('secret');
  });

  test('writes nothing of a name that could act on a terminal', async () => {
    const rule = { kind: 'throttle', fired: 0, matched: 0, state: 'armed', phase: '\x1b[2J' };
    const faults = [{ ...rule, name: 'a\x1b]0;b', rule: { kind: 'c\x07', x: '\r' } }];
    const url = await startUpstream((_request, response) => response.end(JSON.stringify({ faults })));

    expect(await runFault(['ls'], { url })).toMatch(/^[^\x00-\x1f]+\n$/);
  });
});

describe.each(talks)('restage %s says', (_, talk) => {
  test('that nothing listens', async () => {
    const failure = await talk(await deadUpstream()).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(FailureError);
    expect((failure as Error).message).toMatch(/^Cannot reach restage at \S+: nothing listens there\. /);
  });

  test.each([
    ['a page', 200, '<html>hello</html>'],
    ['other JSON', 200, '{"hello":"world"}'],
    ['JSON that is no object', 200, 'null'],
    ['nothing', 200, ''],
    ['an error of its own', 502, 'Bad Gateway'],
    ['rules without their names', 200, '{"faults":[{}],"calls":[{}],"totals":{}}'],
  ])('that it is not restage that answers with %s', async (__, status, body) => {
    const url = await startUpstream((_request, response) => response.writeHead(status).end(body));
    const failure = await talk(url).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(FailureError);
    expect((failure as Error).message).toBe(
      `Cannot talk to ${url}/__restage: what answers there (${status}) is not restage. Correct '--url'.`,
    );
  });

  test('that the answer breaks off', async () => {
    const url = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"faults":', () => response.destroy());
    });
    const failure = await talk(url).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(FailureError);
    expect((failure as Error).message).toMatch(/^Cannot reach restage at /);
  });
});
