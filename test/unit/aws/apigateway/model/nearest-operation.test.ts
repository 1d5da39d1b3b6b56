import { beforeEach, describe, expect, test, vi } from 'vitest';
import { identify } from '../../../../../src/aws/apigateway/operations.ts';
import type * as KnownNames from '../../../../../src/known-names.ts';

const compared = vi.hoisted(() => ({ times: 0, longest: 0 }));

vi.mock('../../../../../src/known-names.ts', async (load) => {
  const names = await load<typeof KnownNames>();
  return {
    ...names,
    nameDistance: (a: string, b: string) => {
      compared.times += 1;
      compared.longest = Math.max(compared.longest, a.length, b.length);
      return names.nameDistance(a, b);
    },
  };
});

beforeEach(() => {
  compared.times = 0;
  compared.longest = 0;
});

const UNKNOWN = "it is no operation of API Gateway's control plane that restage knows";

describe('a call of no operation is told which one is nearest', () => {
  test.each([
    ['GET /restapis/x/stage', "GetStages 'GET /restapis/{restapi_id}/stages'"],
    ['HEAD /restapis/x/stage', "GetStages 'GET /restapis/{restapi_id}/stages'"],
    ['GET /restapis/x/stages/?deploymentId=d', "GetStages 'GET /restapis/{restapi_id}/stages'"],
    ['GET /restapis/', "GetRestApis 'GET /restapis'"],
    ['POST /restapis/', "CreateRestApi 'POST /restapis'"],
    ['GET /RestApis', "GetRestApis 'GET /restapis'"],
    ['GET /restapis/x/stages/prod/more', "GetStage 'GET /restapis/{restapi_id}/stages/{stage_name}'"],
    ['PATCH /restapis/x/stages', "GetStages 'GET /restapis/{restapi_id}/stages'"],
    [
      'PUT /restapis/x/stages/prod/cache/data',
      "FlushStageCache 'DELETE /restapis/{restapi_id}/stages/{stage_name}/cache/data'",
    ],
    ['GET /v1/apis', "v2.GetApis 'GET /v2/apis'"],
    ['GET /apis/x', "v2.GetApi 'GET /v2/apis/{apiId}'"],
    ['GET /usageplan/x/keys', "GetUsagePlanKeys 'GET /usageplans/{usageplanId}/keys'"],
    // Not encoded: each of its slashes divides.
    ['GET /tags/arn:aws:apigateway:us-east-1::/restapis/x/stages/prod', "GetTags 'GET /tags/{resource_arn}'"],
    ['POST /v2/tags/arn:aws:apigateway:us-east-1::/apis/x', "v2.TagResource 'POST /v2/tags/{resource-arn}'"],
  ])('%s: %s', (call, nearest) => {
    const [method = '', target = ''] = call.split(' ');
    expect(identify(method, target).notUnderstood).toBe(`${UNKNOWN}; nearest: ${nearest}`);
  });

  test.each(['/', '', '/foo', '/2015-03-31/functions', '/constructor/x', '/restapis/x/y/z/a/b/c/d/e/f/g'])(
    '%j is like none',
    (target) => {
      expect(identify('GET', target).notUnderstood).toBe(UNKNOWN);
    },
  );
});

test.each([
  ['of many segments', `/restapis${'/x'.repeat(30_000)}`],
  ['of a long word', `/restapis/${'stages'.repeat(10_000)}/y`],
  ['of nothing but slashes', '/'.repeat(60_000)],
  ['of many words', `/restapis/${Array.from({ length: 9 }, (_, n) => `word${n}`).join('/')}`],
  ['that almost is a tag', `/tags/arn:${'a/'.repeat(30_000)}`],
])('what a path %s costs is bounded', (_, target) => {
  identify('PUT', target);
  expect(compared.times).toBeLessThan(600);
  expect(compared.longest).toBeLessThan(40);
});
