import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import type { JsonObject } from '../../../src/json.ts';
import { SentValues } from '../../../src/sessions/sent-values.ts';

/** A kind of thing of which a secret is sent: by which call, and every answer that shows it. */
interface Kind {
  readonly write: (
    names: Names,
  ) => readonly [call: string, body: (secret: string) => JsonObject, answered?: JsonObject];
  readonly views: ReadonlyArray<
    (names: Names, shown: string) => readonly [call: string, document: JsonObject]
  >;
}

/** What things are called. They are few: most writes are to something that another was sent to. */
interface Names {
  readonly api: string;
  readonly resource: string;
  readonly method: string;
  readonly stage: string;
}

const resourceOf = ({ api, resource }: Names) => `/restapis/${api}/resources/${resource}`;
const methodOf = (names: Names) => `${resourceOf(names)}/methods/${names.method}`;

/** All that shows an integration, plain and in HAL. */
function viewsOfIntegration(make: (names: Names, shown: string) => JsonObject): Kind['views'] {
  const HAL = { _links: {} };
  const other = { httpMethod: 'OPTIONS', methodIntegration: { type: 'MOCK' } };
  const method = (names: Names, shown: string) => ({
    httpMethod: names.method,
    methodIntegration: make(names, shown),
  });
  const halMethod = (names: Names, shown: string) => ({
    ...HAL,
    httpMethod: names.method,
    _embedded: { 'method:integration': make(names, shown) },
  });
  const resource = (names: Names, shown: string) => ({
    id: names.resource,
    resourceMethods: { OPTIONS: other, [names.method]: method(names, shown) },
  });
  const halResource = (names: Names, shown: string, isBare: boolean) => {
    const one = halMethod(names, shown);
    return {
      ...HAL,
      id: names.resource,
      _embedded: { 'resource:methods': isBare ? one : [{ ...HAL, httpMethod: 'OPTIONS' }, one] },
    };
  };
  const listed = (names: Names) => `GET /restapis/${names.api}/resources?embed=methods`;
  const root = { id: 'root', path: '/', resourceMethods: { GET: {} } };
  return [
    (names, shown) => [`GET ${methodOf(names)}/integration`, make(names, shown)],
    (names, shown) => [`GET ${methodOf(names)}`, method(names, shown)],
    (names, shown) => [`PATCH ${methodOf(names)}`, method(names, shown)],
    (names, shown) => [`GET ${methodOf(names)}`, halMethod(names, shown)],
    (names, shown) => [`GET ${resourceOf(names)}?embed=methods`, resource(names, shown)],
    (names, shown) => [`GET ${resourceOf(names)}?embed=methods`, halResource(names, shown, true)],
    (names, shown) => [`PATCH ${resourceOf(names)}`, resource(names, shown)],
    (names, shown) => [listed(names), { item: [root, resource(names, shown)] }],
    (names, shown) => [
      listed(names),
      { ...HAL, _embedded: { item: [root, halResource(names, shown, false)] } },
    ],
    (names, shown) => [listed(names), { ...HAL, _embedded: { item: halResource(names, shown, true) } }],
  ];
}

const tagsOf = (shown: string) => ({ tags: { secret: shown } });

const kinds: Readonly<Record<string, Kind>> = {
  integration: {
    write: (names) => [
      `PUT ${methodOf(names)}/integration`,
      (secret) => ({ type: 'HTTP', requestParameters: { 'integration.request.header.k': secret } }),
      { type: 'HTTP' },
    ],
    views: viewsOfIntegration((_, shown) => ({
      type: 'HTTP',
      requestParameters: { 'integration.request.header.k': shown },
    })),
  },
  'integration, patched': {
    write: (names) => [
      `PATCH ${methodOf(names)}/integration`,
      (secret) => ({ patchOperations: [{ op: 'replace', path: '/credentials', value: secret }] }),
    ],
    views: viewsOfIntegration((_, shown) => ({ credentials: shown })),
  },
  'integration response': {
    write: (names) => [
      `PUT ${methodOf(names)}/integration/responses/200`,
      (secret) => ({ responseTemplates: { 'text/plain': secret } }),
      { statusCode: '200' },
    ],
    views: [
      ...viewsOfIntegration((_, shown) => ({
        integrationResponses: {
          200: { statusCode: '200', responseTemplates: { 'text/plain': shown } },
          404: {},
        },
      })),
      (names, shown) => [
        `GET ${methodOf(names)}/integration`,
        {
          _links: {},
          _embedded: {
            'integration:responses': { statusCode: '200', responseTemplates: { 'text/plain': shown } },
          },
        },
      ],
    ],
  },
  'stage of a deployment': {
    write: ({ api, stage }) => [
      `POST /restapis/${api}/deployments`,
      (secret) => ({ stageName: stage, stageDescription: `about ${secret}`, variables: { k: secret } }),
      { id: 'd1' },
    ],
    views: [
      ({ api, stage }, shown) => [
        `GET /restapis/${api}/stages/${stage}`,
        { stageName: stage, deploymentId: 'd1', description: `about ${shown}`, variables: { k: shown } },
      ],
      ({ api, stage }, shown) => [
        `PATCH /restapis/${api}/stages/${stage}`,
        { stageName: stage, variables: { k: shown } },
      ],
    ],
  },
  'API key': {
    write: ({ resource }) => [
      'POST /apikeys',
      (secret) => ({ name: resource, value: secret }),
      { id: resource, name: resource },
    ],
    views: [
      ({ resource }, value) => [
        `GET /apikeys/${resource}?includeValue=true`,
        { id: resource, name: resource, value },
      ],
      ({ resource }, value) => [
        'GET /apikeys?includeValues=true',
        { item: [{ id: 'o' }, { id: resource, value }] },
      ],
      ({ api, resource }, value) => [
        `GET /usageplans/${api}/keys/${resource}`,
        { id: resource, name: resource, value },
      ],
      ({ api, resource }, value) => [
        `GET /usageplans/${api}/keys`,
        { item: [{ id: resource, name: resource, value }] },
      ],
      ({ api, resource }, value) => [`POST /usageplans/${api}/keys`, { id: resource, name: resource, value }],
    ],
  },
  'gateway response': {
    write: ({ api }) => [
      `PUT /restapis/${api}/gatewayresponses/DEFAULT_4XX`,
      (secret) => ({ responseParameters: { k: secret } }),
      { responseType: 'DEFAULT_4XX' },
    ],
    views: [
      ({ api }, shown) => [
        `GET /restapis/${api}/gatewayresponses`,
        {
          item: [
            { responseType: 'DEFAULT_5XX' },
            { responseType: 'DEFAULT_4XX', responseParameters: { k: shown } },
          ],
        },
      ],
    ],
  },
  'tags of a stage': {
    write: ({ api, stage }) => [
      `PUT /tags/${encodeURIComponent(`arn:aws:apigateway:us-east-1::/restapis/${api}/stages/${stage}`)}`,
      tagsOf,
    ],
    views: [
      ({ api, stage }, shown) => [
        `GET /tags/${encodeURIComponent(`arn:aws:apigateway:us-east-1::/restapis/${api}/stages/${stage}`)}`,
        tagsOf(shown),
      ],
      ({ api, stage }, shown) => [
        `GET /restapis/${api}/stages/${stage}`,
        { stageName: stage, ...tagsOf(shown) },
      ],
    ],
  },
  'tags of version 2': {
    write: ({ api }) => [
      `POST /v2/tags/${encodeURIComponent(`arn:aws:apigateway:us-east-1::/apis/${api}/stages/$default`)}`,
      tagsOf,
    ],
    views: [
      ({ api }, shown) => [
        `GET /v2/apis/${api}/stages/%24default`,
        { stageName: '$default', ...tagsOf(shown) },
      ],
      ({ api }, shown) => [
        `GET /v2/apis/${api}/stages`,
        { items: [{ stageName: '$default', ...tagsOf(shown) }] },
      ],
    ],
  },
  'domain name': {
    write: ({ api }) => [
      'POST /v2/domainnames',
      (secret) => ({ domainName: `${api}.test`, ...tagsOf(secret) }),
      { domainName: `${api}.test` },
    ],
    views: [
      ({ api }, shown) => [`GET /domainnames/${api}.test`, { domainName: `${api}.test`, ...tagsOf(shown) }],
      ({ api }, shown) => [
        'GET /v2/domainnames',
        { items: [{ domainName: `${api}.test`, ...tagsOf(shown) }] },
      ],
    ],
  },
};

const names = fc.record({
  api: fc.constantFrom('a', 'b'),
  resource: fc.constantFrom('r', 's'),
  method: fc.constantFrom('GET', 'ANY'),
  stage: fc.constantFrom('prod', 'test'),
});

function keyOf(call: string) {
  const [method = '', target = ''] = call.split(' ');
  const { key } = identify(method, target);
  if (key === undefined) throw new Error(`${call} is not known`);
  return key;
}

/** Every text that is a secret, as redaction leaves it. */
const REDACTED = 'REDACTED';

describe.each(Object.entries(kinds))('what was sent of an %s', (_, { write, views }) => {
  test('is in every later answer that shows it, and in that of no other thing', () => {
    const story = fc.array(fc.tuple(names, fc.stringMatching(/^[a-z]{1,4}$/)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(story, names, (writes, asked) => {
        const values = new SentValues(() => {});
        const last = new Map<string, string>();
        for (const [of, secret] of writes) {
          const [call, body, document = {}] = write(of);
          const sent = { body: body(secret) };
          values.learn(keyOf(call), sent, { body: body(REDACTED) }, { document });
          last.set(JSON.stringify(write(of)) + JSON.stringify(body('')), secret);
        }
        const [call, body] = write(asked);
        const expected = last.get(JSON.stringify(write(asked)) + JSON.stringify(body(''))) ?? REDACTED;
        for (const view of views) {
          const [read, recorded] = view(asked, REDACTED);
          const restored = values.restore(keyOf(read), { document: recorded });
          expect(restored, `${call}, then ${read}`).toEqual({ document: view(asked, expected)[1] });
        }
      }),
      { numRuns: 30 },
    );
  });
});
