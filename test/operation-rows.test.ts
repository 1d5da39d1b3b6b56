import { readFileSync } from 'node:fs';
import { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, it, test } from 'vitest';
import type { ModelOperation } from '../scripts/operations/model.ts';
import { rowOf } from '../scripts/operations/row.ts';
import { generateRows } from '../scripts/operations/rows.ts';
import type { OperationRow } from '../src/aws/apigateway/model/operation-row.ts';
import { operationRows } from '../src/aws/apigateway/model/rows.ts';
import { operationsRecordedByName } from '../src/aws/apigateway/recorded-by-name.ts';

const rows = operationRows();
const named = new Map(rows.map((row) => [row.name, row]));

describe('the table of operations', () => {
  it('is what `npm run operations` makes of the installed packages', () => {
    expect(readFileSync('src/aws/apigateway/model/rows.ts', 'utf8')).toBe(generateRows());
  });

  it('has every operation of both versions of the API, each by a name of its own', () => {
    const ofSecond = rows.filter(({ path }) => path.startsWith('/v2/'));
    expect([rows.length - ofSecond.length, ofSecond.length, named.size]).toEqual([124, 103, 227]);
    expect(ofSecond.filter(({ name }) => !name.startsWith('v2.'))).toEqual([]);
  });

  it('has no two operations at one method, path and fixed query', () => {
    const places = rows.map(({ method, path, fixedQuery }) =>
      [method, path.replace(/\{[^}]+\}/g, '{}'), fixedQuery].join(' '),
    );
    expect(new Set(places).size).toBe(places.length);
  });

  it('reads with GET alone', () => {
    expect(rows.filter(({ method, access }) => (method === 'GET') !== (access === 'read'))).toEqual([]);
    expect(rows.filter(({ access }) => access === 'test').map(({ name }) => name)).toEqual([
      'TestInvokeAuthorizer',
      'TestInvokeMethod',
    ]);
    expect([...operationsRecordedByName].sort()).toEqual(['TestInvokeAuthorizer', 'TestInvokeMethod']);
  });

  it('names the list of every collection, and repeated parameters among the known ones', () => {
    for (const { name, shape, list, lists = [], query = [], repeated = [] } of rows) {
      expect(list !== undefined, name).toBe(shape === 'collection');
      if (list !== undefined) expect(lists, name).toContain(list);
      expect(query, name).toEqual(expect.arrayContaining([...repeated]));
    }
  });

  test.each([
    { version: 'v1', item: 76, collection: 19, file: 2, empty: 27, unpaged: ['GetStages'] },
    { version: 'v2', item: 56, collection: 17, file: 1, empty: 29, unpaged: [] },
  ])('has the answers of $version in their shapes', ({ version, unpaged, ...counts }) => {
    const own = rows.filter(({ name }) => name.startsWith('v2.') === (version === 'v2'));
    for (const [shape, count] of Object.entries(counts))
      expect(own.filter((row) => row.shape === shape).length, shape).toBe(count);
    const withoutToken = own.filter(({ shape, token }) => shape === 'collection' && token === undefined);
    expect(withoutToken.map(({ name }) => name)).toEqual(unpaged);
  });

  test.each<[string, Partial<OperationRow>]>([
    ['GetStages', { path: '/restapis/{restapi_id}/stages', query: ['deploymentId'], list: 'item' }],
    ['ImportRestApi', { path: '/restapis', fixedQuery: 'mode=import', anyQuery: true }],
    ['GetExport', { accept: true, anyQuery: true, shape: 'file' }],
    ['GetResources', { query: ['embed', 'limit', 'position'], repeated: ['embed'], token: 'position' }],
    ['GetSdkTypes', { list: 'item', token: 'position' }],
    [
      'GetUsage',
      {
        dated: ['endDate', 'startDate'],
        shape: 'item',
        token: 'position',
        lists: ['values.*'],
        maps: ['values'],
      },
    ],
    ['GetTags', { path: '/tags/{resource_arn}', shape: 'item', maps: ['tags'] }],
    [
      'RejectDomainNameAccessAssociation',
      { query: ['domainNameAccessAssociationArn', 'domainNameArn'], shape: 'empty' },
    ],
    [
      'DeleteDomainNameAccessAssociation',
      { path: '/domainnameaccessassociations/{domain_name_access_association_arn}' },
    ],
    ['v2.GetApi', { path: '/v2/apis/{apiId}', dates: ['createdDate'] }],
    ['v2.ListRoutingRules', { list: 'routingRules', token: 'nextToken' }],
    ['v2.ListPortals', { path: '/v2/portals', list: 'items' }],
    ['GetApiKeys', { dates: ['item[].createdDate', 'item[].lastUpdatedDate'] }],
  ])('knows of %s what the service’s model says', (name, expected) => {
    expect(named.get(name)).toMatchObject(expected);
  });

  it('names all that is never stored', () => {
    const KINDS = [
      'secrets',
      'sentSecrets',
      'patchedSecrets',
      'secretColumns',
      'statics',
      'sentStatics',
      'patchedStatics',
    ] as const;
    const found = rows.flatMap((row) =>
      KINDS.flatMap((kind) => (row[kind] ?? []).map((path) => `${row.name} ${kind} ${path}`)),
    );
    const embedded = 'resourceMethods.*.methodIntegration.requestParameters';
    expect(found.sort()).toEqual(
      [
        'CreateApiKey secrets value',
        'CreateApiKey sentSecrets value',
        'CreateDomainName sentSecrets certificatePrivateKey',
        'CreateUsagePlanKey secrets value',
        'GetApiKey secrets value',
        'GetApiKeys secrets item[].value',
        'GetUsagePlanKey secrets value',
        'GetUsagePlanKeys secrets item[].value',
        'ImportApiKeys secretColumns key',
        'UpdateApiKey secrets value',
        'UpdateDomainName patchedSecrets /certificatePrivateKey',
        `CreateResource statics ${embedded}`,
        `GetResource statics ${embedded}`,
        `GetResources statics item[].${embedded}`,
        `UpdateResource statics ${embedded}`,
        'GetIntegration statics requestParameters',
        'GetMethod statics methodIntegration.requestParameters',
        'PutIntegration sentStatics requestParameters',
        'PutIntegration statics requestParameters',
        'PutMethod statics methodIntegration.requestParameters',
        'UpdateIntegration patchedStatics /requestParameters/',
        'UpdateIntegration statics requestParameters',
        'UpdateMethod statics methodIntegration.requestParameters',
        'v2.CreateIntegration sentStatics requestParameters',
        'v2.CreateIntegration statics requestParameters',
        'v2.GetIntegration statics requestParameters',
        'v2.GetIntegrations statics items[].requestParameters',
        'v2.UpdateIntegration sentStatics requestParameters',
        'v2.UpdateIntegration statics requestParameters',
      ].sort(),
    );
  });
});

describe('rowOf', () => {
  const STRING = 0;
  const DATE = 4;
  const LIST_OF = 64;
  const SENSITIVE = 8;
  const BLOB = 21;

  it('ends in a structure that is within itself, and finds what a model marks as sensitive', () => {
    const members: unknown[] = [DATE, [STRING, SENSITIVE]];
    const node = [3, 'example', 'Node', 0, ['at', 'password', 'next', 'others'], members];
    const lazily = () => node;
    members.push(lazily, [1, 'example', 'Nodes', 0, lazily]);
    expect(rowOf(operationWith({ output: node }))).toEqual({
      name: 'GetNode',
      method: 'GET',
      path: '/nodes',
      access: 'read',
      shape: 'item',
      dates: ['at'],
      lists: ['others'],
      secrets: ['password'],
    });
  });

  it.each([
    ['a file', ['body'], [[BLOB, { httpPayload: 1 }]], { shape: 'file' }],
    ['nothing', [], [], { shape: 'empty' }],
    ['headers alone', ['kind'], [[STRING, { httpHeader: 'Kind' }]], { shape: 'empty' }],
    ['a list and a token', ['nodes', 'nextToken'], [LIST_OF, STRING], { shape: 'collection', list: 'nodes' }],
    ['a list without a token', ['nodes'], [LIST_OF], { shape: 'item' }],
    ['a list and something else', ['items', 'size'], [LIST_OF, STRING], { shape: 'item' }],
  ])('tells an answer of %s', (_, names, members, expected) => {
    const output = [3, 'example', 'Answer', 0, names, members];
    expect(rowOf(operationWith({ output }))).toMatchObject(expected);
  });

  it('refuses a method that no operation has', () => {
    expect(() => rowOf({ ...operationWith({ output: STRING }), method: 'HEAD' })).toThrow('HEAD');
  });

  function operationWith({ output }: { output: unknown }): ModelOperation {
    return {
      version: 1,
      name: 'GetNode',
      method: 'GET',
      path: '/nodes',
      fixedQuery: undefined,
      input: NormalizedSchema.of([3, 'example', 'GetNodeRequest', 0, [], []]),
      output: NormalizedSchema.of(output as Parameters<typeof NormalizedSchema.of>[0]),
    };
  }
});
