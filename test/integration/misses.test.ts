import { describe, expect, test } from 'vitest';
import { recordInto } from '../support/recorded.ts';
import { getStages, run, startService } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const PLAIN = { accept: 'application/json' };

async function missOf(url: string, target: string): Promise<string> {
  const answer = await send(url, target, PLAIN);
  expect(answer).toMatchObject({
    status: 400,
    headers: {
      'content-type': 'application/json',
      'content-length': String(answer.body.length),
      'x-amzn-errortype': 'RecordingNotFoundException',
      'x-restage-outcome': 'missed',
      'x-amzn-requestid': expect.any(String),
    },
  });
  const { message, ...others } = JSON.parse(answer.text);
  expect(others).toEqual({});
  return message;
}

describe('a miss', () => {
  test('names the key, the cassette, what is nearest and the command that records it', async () => {
    const service = await startService();
    const dir = await recordInto(
      service,
      [
        `/restapis/${sample.twoStages}/stages?deploymentId=vakw79`,
        `/restapis/${sample.twoStages}/stages?deploymentId=zzzzzz`,
        `/restapis/${sample.oneStage}/stages`,
      ],
      { cassette: 'known' },
    );
    const { url } = await run('replay', { dir, cassette: 'known' });
    const remedy = `Record it: restage record -c known --dir '${dir}' -- <your command>.`;

    const filter = await missOf(url, `/restapis/${sample.twoStages}/stages?deployment_id=vakw78`);
    expect(filter).toContain(`GetStages of API '${sample.twoStages}' with deploymentId 'vakw78'`);
    expect(filter).toContain("cassette 'known'");
    expect(filter).toContain(dir);
    // The nearest first.
    expect(filter).toMatch(/Nearest recorded: .+'vakw79'; .+'zzzzzz'\./);
    expect(filter).toContain(remedy);

    const noFilter = await missOf(url, `/restapis/${sample.twoStages}/stages`);
    expect(noFilter).toContain(`GetStages of API '${sample.twoStages}':`);
    expect(noFilter).toMatch(/Nearest recorded: .+'vakw79'/);
    const emptyFilter = await missOf(url, `/restapis/${sample.twoStages}/stages?deploymentId=`);
    expect(emptyFilter).toContain("with deploymentId ''");

    const api = await missOf(url, '/restapis/a1b2c3d4e6/stages');
    expect(api).toMatch(new RegExp(`Nearest recorded: API '${sample.twoStages}'; API '${sample.oneStage}'`));
    expect(api).toContain(remedy);
  });

  test('of an account names the APIs that are recorded, and of an API what is recorded of the account', async () => {
    const service = await startService();
    const ofApi = await recordInto(service, [`/restapis/${sample.oneStage}/stages`]);
    const ofAccount = await recordInto(service, ['/restapis?limit=2']);
    const [apis, account] = await Promise.all([ofApi, ofAccount].map((dir) => run('replay', { dir })));

    expect(await missOf(apis?.url ?? '', '/restapis')).toContain(
      `Nearest recorded: API '${sample.oneStage}'.`,
    );
    const message = await missOf(account?.url ?? '', `/restapis/${sample.oneStage}/stages`);
    expect(message).toContain("Nearest recorded: GetRestApis with limit '2'.");
  });

  test('in an empty cassette, or in none, says that there is nothing', async () => {
    const { url } = await run('replay', { cassette: 'nothing' });

    expect(await missOf(url, '/restapis/a/stages')).toContain("cassette 'nothing'");
    expect(await missOf(url, '/restapis/a/stages')).toContain('The cassette is empty');
  });

  test('says when it is the takes that are used up', async () => {
    const service = await startService();
    const target = `/restapis/${sample.oneStage}/stages`;
    const dir = await recordInto(service, [target]);
    const { url } = await run('replay', { dir, order: 'strict' });
    await send(url, target, PLAIN);

    expect(await missOf(url, target)).toMatch(/used up.*strict/);
  });

  test("never lets what a client asks for move a terminal's cursor, or fill the answer", async () => {
    const restage = await run('replay');
    const message = await missOf(
      restage.url,
      `/restapis/${encodeURIComponent(`\u001b[2J\n\u009b${'x'.repeat(5000)}`)}/stages`,
    );

    // biome-ignore lint/complexity/useRegexLiterals: a literal may not hold these characters.
    expect(message).not.toMatch(new RegExp('[\\u0000-\\u001f\\u007f-\\u009f]'));
    expect(message.length).toBeLessThan(1000);
  });

  test('is not retried by the AWS SDK for JavaScript', async () => {
    const restage = await run('replay');

    await expect(
      getStages(restage.url, { restApiId: sample.twoStages }, { maxAttempts: 3 }),
    ).rejects.toMatchObject({
      name: 'RecordingNotFoundException',
      message: expect.stringContaining(`Cannot replay GetStages of API '${sample.twoStages}'`),
      $metadata: { attempts: 1, httpStatusCode: 400 },
    });
    expect(restage.calls().map(({ outcome }) => outcome)).toEqual(['missed']);
  });
});
