import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RawAnswer, sendSigned } from '../support/stand-in/signed-request.ts';
import { type StandIn, sample, startStandIn } from '../support/stand-in.ts';

let standIn: StandIn;

beforeEach(async () => {
  standIn = await startStandIn();
});
afterEach(() => standIn.close());

function ask(target: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return sendSigned(standIn.url, { target, headers, credentials: standIn.credentials });
}

const PLAIN = { accept: 'application/json' };
const BETA =
  '{"cacheClusterEnabled":false,"cacheClusterStatus":"NOT_AVAILABLE","createdDate":1460741888,"deploymentId":"vakw79","lastUpdatedDate":1460742348,"methodSettings":{},"stageName":"beta","variables":{"function":"HelloWorld","url":"myDomain.com","version":"v-beta"}}';
const PROD =
  '{"cacheClusterEnabled":false,"cacheClusterStatus":"NOT_AVAILABLE","createdDate":1460742815,"deploymentId":"vakw79","lastUpdatedDate":1460745010,"methodSettings":{},"stageName":"prod","variables":{"function":"HelloEveryone","url":"petstore-demo-endpoint.execute-api.com/petstore/pets","version":"v-prod"}}';

const stages = `/restapis/${sample.twoStages}/stages`;
const itemLinks = (name: string) => ({
  self: { href: `${stages}/${name}` },
  'stage:delete': { href: `${stages}/${name}` },
  'stage:flush-authorizer-cache': { href: `${stages}/${name}/cache/authorizers` },
  'stage:update': { href: `${stages}/${name}` },
});
const CURIES = {
  href: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-stage-{rel}.html',
  name: 'stage',
  templated: true,
};
const quiet = { cacheClusterEnabled: false, cacheClusterStatus: 'NOT_AVAILABLE' };
const documented = {
  _links: {
    curies: CURIES,
    self: { href: `${stages}{?deployment_id}`, templated: true },
    item: [{ href: `${stages}/beta` }, { href: `${stages}/prod` }],
    'stage:by-name': { href: `${stages}/{stage_name}`, templated: true },
    'stage:create': { href: stages },
  },
  _embedded: {
    item: [
      {
        _links: itemLinks('beta'),
        ...quiet,
        createdDate: '2016-04-15T17:38:08Z',
        deploymentId: 'vakw79',
        lastUpdatedDate: '2016-04-15T17:45:48Z',
        methodSettings: {},
        stageName: 'beta',
        variables: { version: 'v-beta', url: 'myDomain.com', function: 'HelloWorld' },
      },
      {
        _links: itemLinks('prod'),
        ...quiet,
        createdDate: '2016-04-15T17:53:35Z',
        deploymentId: 'vakw79',
        lastUpdatedDate: '2016-04-15T18:30:10Z',
        methodSettings: {},
        stageName: 'prod',
        variables: {
          version: 'v-prod',
          url: 'petstore-demo-endpoint.execute-api.com/petstore/pets',
          function: 'HelloEveryone',
        },
      },
    ],
  },
};

describe('GetStages of the stand-in', () => {
  test('is plain for Accept: application/json', async () => {
    const answer = await ask(stages, PLAIN);

    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.text).toBe(`{"item":[${BETA},${PROD}]}\n`);
  });

  test("is the documentation's sample otherwise", async () => {
    const answer = await ask(stages);

    expect(answer.headers['content-type']).toBe('application/hal+json');
    expect(answer.text).toBe(`${JSON.stringify(documented)}\n`);
  });

  test.each([
    ['application/json', 'application/json'],
    ['APPLICATION/JSON; charset=utf-8', 'application/json'],
    ['application/json, */*', 'application/json'],
    ['*/*, application/json', 'application/json'],
    ['application/json;q=0.5, application/hal+json', 'application/hal+json'],
    ['application/hal+json;q=0.5, application/json', 'application/json'],
    ['application/json;q=0, */*', 'application/hal+json'],
    ['application/json;q=0', 'application/hal+json'],
    ['application/hal+json', 'application/hal+json'],
    ['application/*', 'application/hal+json'],
    ['*/*', 'application/hal+json'],
    ['text/html', 'application/hal+json'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    expect((await ask(stages, { accept })).headers['content-type']).toBe(type);
  });

  test('writes a single stage bare in HAL, and in an array in plain JSON', async () => {
    const target = `/restapis/${sample.oneStage}/stages`;
    const hal = JSON.parse((await ask(target)).text);

    expect(hal._links.item).toEqual({ href: `${target}/live` });
    expect(hal._embedded.item).toMatchObject({ stageName: 'live', createdDate: '2024-02-01T00:00:00Z' });
    expect(JSON.parse((await ask(target, PLAIN)).text).item).toMatchObject([{ stageName: 'live' }]);
  });

  test('keeps an empty list in plain JSON, and leaves item and _embedded out of HAL', async () => {
    const target = `/restapis/${sample.noStages}/stages`;
    const hal = JSON.parse((await ask(target)).text);

    expect((await ask(target, PLAIN)).text).toBe('{"item":[]}\n');
    expect(Object.keys(hal)).toEqual(['_links']);
    expect(Object.keys(hal._links)).toEqual(['curies', 'self', 'stage:by-name', 'stage:create']);
  });

  test('keeps doubles, writes nulls in HAL only, and links to the cache where there is one', async () => {
    const target = `/restapis/${sample.rich}/stages`;
    const [hal, plain] = [await ask(target), await ask(target, PLAIN)];

    for (const { text } of [hal, plain]) {
      for (const number of [':10000.0', ':10.0', ':50.5', ':1.50', ':0.0']) expect(text).toContain(number);
    }
    expect(hal.text).toContain('"percentTraffic":10.0,"stageVariableOverrides":null,');
    expect(plain.text).toContain('"percentTraffic":10.0,"useStageCache":false');
    expect(hal.text.match(/"stage:flush-cache":{"href":"[^"]*"}/g)).toEqual([
      `"stage:flush-cache":{"href":"${target}/prod/cache/data"}`,
    ]);
    expect(Number(hal.headers['content-length'])).toBe(Buffer.byteLength(hal.text));
  });

  test.each([
    ['deploymentId=dep001', ['prod', 'staging']],
    ['deployment_id=dep001', ['prod', 'staging']],
    ['deploymentId=dep%3002', ['dev']],
    ['deploymentId=DEP001', []],
    ['deploymentId=', []],
    ['other=dep001', ['prod', 'staging', 'dev']],
  ])('filters by ?%s', async (query, names) => {
    const { text } = await ask(`/restapis/${sample.rich}/stages?${query}`, PLAIN);

    expect(JSON.parse(text).item.map((stage: { stageName: string }) => stage.stageName)).toEqual(names);
  });

  test('serves the stages that a test sets, until it sets others', async () => {
    const target = '/restapis/a%20b%2Fc/stages';
    standIn.setStages('a b/c', '[{"stageName":"s","x":1.0}]');
    expect((await ask(target, PLAIN)).text).toBe('{"item":[{"stageName":"s","x":1.0}]}\n');
    expect((await ask(target)).text).toContain(`"self":{"href":"${target}/s"}`);

    standIn.setStages('a b/c', [{ stageName: 't', createdDate: 0 }]);
    expect((await ask(target, PLAIN)).text).toBe('{"item":[{"createdDate":0,"stageName":"t"}]}\n');

    expect((await ask(target)).text).toContain('"createdDate":"1970-01-01T00:00:00Z","stageName":"t"}');

    standIn.setStages('a b/c', undefined);
    expect((await ask(target, PLAIN)).status).toBe(404);
  });
});
