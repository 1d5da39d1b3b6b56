import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alterDocument, listsItem } from '../../../../src/aws/apigateway/alteration.ts';
import { listingOf, namesInPath } from '../../../../src/aws/apigateway/listing.ts';
import { operationRows } from '../../../../src/aws/apigateway/model/rows.ts';
import type { Alteration } from '../../../../src/aws/apigateway/operation.ts';
import type { JsonObject } from '../../../../src/json.ts';
import { fieldName, text } from '../../../support/odd-json.ts';

/** A thing of a collection, as the service lists it, what it is called by, and ids in it that are other things'. */
type Row = readonly [path: string, list: string, thing: JsonObject, names: string[], others: string[]];

const collections: readonly Row[] = [
  [
    '/apikeys',
    'item',
    { id: 'k1', name: 'main', value: 's3', customerId: 'c1', stageKeys: ['a1/prod'] },
    ['k1', 'main'],
    ['s3', 'c1', 'a1/prod'],
  ],
  ['/clientcertificates', 'item', { clientCertificateId: 'cc1', description: 'old' }, ['cc1'], ['old']],
  [
    '/domainnameaccessassociations',
    'item',
    { domainNameAccessAssociationArn: 'arn:a', domainNameArn: 'arn:d', accessAssociationSource: 'vpce-1' },
    ['arn:a'],
    ['arn:d', 'vpce-1'],
  ],
  [
    '/domainnames',
    'item',
    { domainName: 'a.example', domainNameId: 'd1', regionalHostedZoneId: 'Z1', regionalDomainName: 'd-1.x' },
    ['a.example'],
    ['d1', 'Z1', 'd-1.x'],
  ],
  [
    '/domainnames/{domain_name}/basepathmappings',
    'item',
    { basePath: '(none)', restApiId: 'a1', stage: 'prod' },
    ['(none)'],
    ['a1', 'prod'],
  ],
  ['/restapis', 'item', { id: 'a1', name: 'pets', rootResourceId: 'r0' }, ['a1', 'pets'], ['r0']],
  [
    '/restapis/{restapi_id}/authorizers',
    'item',
    { id: 'z1', name: 'jwt', authorizerCredentials: 'arn:r' },
    ['z1', 'jwt'],
    ['arn:r'],
  ],
  ['/restapis/{restapi_id}/deployments', 'item', { id: 'dep1', description: 'first' }, ['dep1'], ['first']],
  ['/restapis/{restapi_id}/documentation/parts', 'item', { id: 'p1', properties: '{}' }, ['p1'], ['{}']],
  ['/restapis/{restapi_id}/documentation/versions', 'item', { version: '1.0' }, ['1.0'], []],
  [
    '/restapis/{restapi_id}/gatewayresponses',
    'item',
    { responseType: 'THROTTLED', statusCode: '429' },
    ['THROTTLED'],
    ['429'],
  ],
  ['/restapis/{restapi_id}/models', 'item', { id: 'm1', name: 'Pet', schema: '{}' }, ['m1', 'Pet'], ['{}']],
  ['/restapis/{restapi_id}/requestvalidators', 'item', { id: 'v1', name: 'all' }, ['v1', 'all'], []],
  [
    '/restapis/{restapi_id}/resources',
    'item',
    { id: 'r1', parentId: 'r0', pathPart: 'pets', path: '/pets' },
    ['r1', '/pets'],
    ['r0', 'pets'],
  ],
  [
    '/restapis/{restapi_id}/stages',
    'item',
    { stageName: 'prod', deploymentId: 'dep1', clientCertificateId: 'cc1', name: 'x', id: 'y' },
    ['prod'],
    ['dep1', 'cc1', 'x', 'y'],
  ],
  ['/sdktypes', 'item', { id: 'android', friendlyName: 'Android' }, ['android'], ['Android']],
  [
    '/usageplans',
    'item',
    { id: 'u1', name: 'gold', productCode: 'pc', apiStages: [{ apiId: 'a1', stage: 'prod' }] },
    ['u1', 'gold'],
    ['pc', 'a1', 'prod'],
  ],
  [
    '/usageplans/{usageplanId}/keys',
    'item',
    { id: 'k1', name: 'main', type: 'API_KEY' },
    ['k1', 'main'],
    ['API_KEY'],
  ],
  ['/vpclinks', 'item', { id: 'l1', name: 'link', status: 'FAILED' }, ['l1', 'link'], ['FAILED']],
  ['/v2/apis', 'items', { apiId: 'a1', name: 'http', apiEndpoint: 'e' }, ['a1', 'http'], ['e']],
  [
    '/v2/apis/{apiId}/authorizers',
    'items',
    { authorizerId: 'z1', name: 'jwt', authorizerUri: 'u' },
    ['z1', 'jwt'],
    ['u'],
  ],
  ['/v2/apis/{apiId}/deployments', 'items', { deploymentId: 'dep1' }, ['dep1'], []],
  [
    '/v2/apis/{apiId}/integrations',
    'items',
    { integrationId: 'i1', connectionId: 'l1', credentialsArn: 'arn:r' },
    ['i1'],
    ['l1', 'arn:r'],
  ],
  [
    '/v2/apis/{apiId}/integrations/{integrationId}/integrationresponses',
    'items',
    { integrationResponseId: 'ir1', integrationResponseKey: '/200/' },
    ['ir1', '/200/'],
    [],
  ],
  ['/v2/apis/{apiId}/models', 'items', { modelId: 'm1', name: 'Pet' }, ['m1', 'Pet'], []],
  [
    '/v2/apis/{apiId}/routes',
    'items',
    { routeId: 'r1', routeKey: 'GET /pets', authorizerId: 'z1', target: 'integrations/i1' },
    ['r1', 'GET /pets'],
    ['z1', 'integrations/i1'],
  ],
  [
    '/v2/apis/{apiId}/routes/{routeId}/routeresponses',
    'items',
    { routeResponseId: 'rr1', routeResponseKey: '$default' },
    ['rr1', '$default'],
    [],
  ],
  [
    '/v2/apis/{apiId}/stages',
    'items',
    { stageName: '$default', deploymentId: 'dep1', clientCertificateId: 'cc1' },
    ['$default'],
    ['dep1', 'cc1'],
  ],
  ['/v2/domainnames', 'items', { domainName: 'a.example', domainNameArn: 'arn:d' }, ['a.example'], ['arn:d']],
  [
    '/v2/domainnames/{domainName}/apimappings',
    'items',
    { apiMappingId: 'am1', apiMappingKey: 'v1', apiId: 'a1', stage: 'prod' },
    ['am1', 'v1'],
    ['a1', 'prod'],
  ],
  [
    '/v2/domainnames/{domainName}/routingrules',
    'routingRules',
    { routingRuleId: 'rule1', routingRuleArn: 'arn:x', priority: 1 },
    ['rule1'],
    ['arn:x'],
  ],
  ['/v2/portals', 'items', { portalId: 'po1', lastPublished: 'x' }, ['po1'], ['x']],
  ['/v2/portalproducts', 'items', { portalProductId: 'pp1', displayName: 'P' }, ['pp1'], ['P']],
  [
    '/v2/portalproducts/{portalProductId}/productpages',
    'items',
    { productPageId: 'pg1', pageTitle: 'T' },
    ['pg1'],
    ['T'],
  ],
  [
    '/v2/portalproducts/{portalProductId}/productrestendpointpages',
    'items',
    { productRestEndpointPageId: 'pe1', endpoint: 'E' },
    ['pe1'],
    ['E'],
  ],
  ['/v2/vpclinks', 'items', { vpcLinkId: 'l1', name: 'link' }, ['l1', 'link'], []],
];

describe('all operations', () => {
  it('that list things have a row here', () => {
    const listing = operationRows().filter(({ list }) => list !== undefined);
    expect(collections.map(([path, list]) => `${path} ${list}`).sort()).toEqual(
      listing.map(({ path, list }) => `${path} ${list}`).sort(),
    );
  });

  it.each(operationRows().map(({ name, path }) => [name, path]))(
    'name in their paths what these are about: %s, %s',
    (_, path) => {
      const parameters = [...path.matchAll(/\{[^}]+\}/g)].map(([parameter]) => parameter);
      expect(parameters.filter((parameter) => !namesInPath(path, parameter))).toEqual([]);
      const words = path.split('/').filter((word) => word !== '' && !word.startsWith('{'));
      expect(words.filter((word) => namesInPath(path, word))).toEqual([]);
    },
  );
});

describe.each(collections)('in %s', (path, list, thing, names, others) => {
  const listing = listingOf(path, list);
  const another = { other: 'thing' };
  const plain = { [list]: [thing, another], nextToken: 't' };
  const hal = {
    _links: { self: { href: path }, item: [{ href: 'one' }, { href: 'two' }], next: { href: 'more' } },
    _embedded: { item: [thing, another] },
  };

  it.each(names)('a thing is called %j', (item) => {
    expect(listsItem(plain, 'json', listing, item)).toBe(true);
    expect(alterDocument(plain, 'json', listing, { type: 'drop', item })).toEqual({
      [list]: [another],
      nextToken: 't',
    });
    expect(
      alterDocument(plain, 'json', listing, { type: 'add-field', item, field: 'f', value: 'v' }),
    ).toEqual({
      [list]: [{ ...thing, f: 'v' }, another],
      nextToken: 't',
    });
    if (list !== 'item') return;
    expect(listsItem(hal, 'hal', listing, item)).toBe(true);
    expect(alterDocument(hal, 'hal', listing, { type: 'drop', item })).toEqual({
      _links: { self: { href: path }, item: { href: 'two' }, next: { href: 'more' } },
      _embedded: { item: another },
    });
  });

  it.each([...others, 'thing', 'constructor'])('no thing is called %j', (item) => {
    expect(listsItem(plain, 'json', listing, item)).toBe(false);
    expect(alterDocument(plain, 'json', listing, { type: 'drop', item })).toBeUndefined();
  });
});

describe('a document that lists things', () => {
  const listing = listingOf('/v2/apis', 'items');

  it.each<[string, JsonObject]>([
    ['has no list', { item: [{ apiId: 'a' }] }],
    ['has an empty list', { items: [] }],
    ['has null for a list', { items: null }],
    ['has a text for a list', { items: 'a' }],
  ])('is not altered where it %s', (_, document) => {
    for (const type of ['empty', 'drop'] as const)
      expect(alterDocument(document, 'json', listing, { type, item: undefined })).toBeUndefined();
    expect(listsItem(document, 'json', listing, 'a')).toBe(false);
  });

  it('keeps in it what is no thing', () => {
    const document = { items: [null, 'text', { apiId: 'a', name: 'x' }, ['list']] };
    const alteration: Alteration = { type: 'remove-field', item: undefined, field: 'name' };
    expect(alterDocument(document, 'json', listing, alteration)).toEqual({
      items: [null, 'text', { apiId: 'a' }, ['list']],
    });
  });

  it('has everything around them as it was, and is not changed itself', () => {
    const thing = fc.dictionary(fieldName, text, { maxKeys: 4 }).map((fields) => ({ ...fields, apiId: 'a' }));
    const around = fc.dictionary(fieldName, text, { maxKeys: 4 });
    const type = fc.constantFrom('empty', 'drop', 'remove-field', 'set-field', 'add-field');
    fc.assert(
      fc.property(
        fc.array(thing, { maxLength: 4 }),
        around,
        type,
        fieldName,
        (items, others, kind, field) => {
          const document = { ...others, items } as JsonObject;
          const before = structuredClone(document);
          const alteration = { type: kind, item: undefined, field, value: 'new' } as Alteration;
          const { items: after, ...rest } = alterDocument(document, 'json', listing, alteration) ?? document;
          expect(document).toEqual(before);
          const { items: _, ...expected } = before;
          expect(rest).toEqual(expected);
          const left = kind === 'empty' ? 0 : kind === 'drop' ? Math.max(0, items.length - 1) : items.length;
          expect(after).toHaveLength(left);
        },
      ),
      { numRuns: 200 },
    );
  });
});
