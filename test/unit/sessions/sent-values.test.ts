import { describe, expect, test } from 'vitest';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { memoryBounds } from '../../../src/bounds.ts';
import type { JsonObject } from '../../../src/json.ts';
import { SentValues } from '../../../src/sessions/sent-values.ts';

function keyOf(method: string, target: string) {
  const { key } = identify(method, target);
  if (key === undefined) throw new Error(`${method} ${target} is not known`);
  return key;
}

/** What a client has sent, what is recorded of it, and what of its answer. */
type Sent = [call: string, raw: JsonObject, redacted: JsonObject, answered: JsonObject];

function restored(sent: readonly Sent[], [call, content]: readonly [call: string, content: JsonObject]) {
  const values = new SentValues(() => {});
  for (const [write, raw, redacted, answered] of sent) {
    const [method = '', target = ''] = write.split(' ');
    values.learn(keyOf(method, target), { body: raw }, { body: redacted }, { document: answered });
  }
  const [method = '', target = ''] = call.split(' ');
  return values.restore(keyOf(method, target), content);
}

const keyA: Sent = [
  'POST /apikeys',
  { name: 'a', value: 'sA' },
  { name: 'a', value: 'REDACTED' },
  { id: 'ka', name: 'a' },
];
const keyB: Sent = [
  'POST /apikeys',
  { name: 'a', value: 'sB' },
  { name: 'a', value: 'REDACTED' },
  { id: 'kb', name: 'a' },
];
const stage: Sent = [
  'POST /restapis/x/stages',
  { variables: { PASSWORD: 'p', T: 't' } },
  { variables: { PASSWORD: 'REDACTED', T: 't' } },
  { stageName: 'prod', deploymentId: 'd' },
];
const patch: Sent = [
  'PATCH /restapis/x/stages/prod',
  { patchOperations: [{ op: 'replace', path: '/variables/PASSWORD', value: 'q' }] },
  { patchOperations: [{ op: 'replace', path: '/variables/PASSWORD', value: 'REDACTED' }] },
  { stageName: 'prod', deploymentId: 'd' },
];
const role = (account: string) => `arn:aws:iam::${account}:role/r`;
const integration: Sent = [
  'PUT /restapis/x/resources/r/methods/GET/integration',
  { credentials: role('210987654321') },
  { credentials: role('123456789012') },
  { type: 'AWS' },
];
const integrationResponse: Sent = [
  'PUT /restapis/x/resources/r/methods/GET/integration/responses/200',
  { responseParameters: { 'method.response.header.key': "'secret'" } },
  { responseParameters: { 'method.response.header.key': 'REDACTED' } },
  { statusCode: '200' },
];
const integrationWith = (account: string, value: string): JsonObject => ({
  credentials: role(account),
  integrationResponses: {
    '200': { statusCode: '200', responseParameters: { 'method.response.header.key': value } },
  },
});
const resourceWith = (id: string, account: string, value: string): JsonObject => ({
  id,
  resourceMethods: {
    GET: { httpMethod: 'GET', methodIntegration: integrationWith(account, value) },
    POST: { httpMethod: 'POST' },
  },
});
const policy = (account: string, quote: string) => `{${quote}AWS${quote}:${quote}${account}${quote}}`;
const api: Sent = [
  'POST /restapis',
  { policy: policy('210987654321', '"') },
  { policy: policy('123456789012', '"') },
  { id: 'x', name: 'n' },
];
const REDACTED = { variables: { PASSWORD: 'REDACTED', T: 't' } };

describe('what a client sent comes back', () => {
  test.each<[string, Sent[], [string, JsonObject], JsonObject]>([
    [
      'in what it made',
      [keyA],
      ['GET /apikeys/ka?includeValue=true', { document: { id: 'ka', name: 'a', value: 'REDACTED' } }],
      { document: { id: 'ka', name: 'a', value: 'sA' } },
    ],
    [
      'in each thing of its own',
      [keyA, keyB],
      [
        'GET /apikeys?includeValues=true',
        {
          document: {
            item: [
              { id: 'ka', name: 'a', value: 'REDACTED' },
              { id: 'kb', name: 'a', value: 'REDACTED' },
            ],
          },
        },
      ],
      {
        document: {
          item: [
            { id: 'ka', name: 'a', value: 'sA' },
            { id: 'kb', name: 'a', value: 'sB' },
          ],
        },
      },
    ],
    [
      'in a plan, whose keys show their values',
      [keyA, keyB],
      ['GET /usageplans/p/keys', { document: { item: [{ id: 'kb', name: 'a', value: 'REDACTED' }] } }],
      { document: { item: [{ id: 'kb', name: 'a', value: 'sB' }] } },
    ],
    [
      'in one key of a plan',
      [keyA, keyB],
      ['GET /usageplans/p/keys/ka', { document: { id: 'ka', name: 'a', value: 'REDACTED' } }],
      { document: { id: 'ka', name: 'a', value: 'sA' } },
    ],
    [
      'in the key that is put into a plan',
      [keyA],
      ['POST /usageplans/p/keys', { document: { id: 'ka', name: 'a', value: 'REDACTED' } }],
      { document: { id: 'ka', name: 'a', value: 'sA' } },
    ],
    [
      'in the answer itself',
      [keyA],
      ['POST /apikeys', { document: { id: 'ka', name: 'a', value: 'REDACTED' } }],
      { document: { id: 'ka', name: 'a', value: 'sA' } },
    ],
    [
      'below a member',
      [stage],
      ['GET /restapis/x/stages/prod', { document: { stageName: 'prod', ...REDACTED } }],
      { document: { stageName: 'prod', variables: { PASSWORD: 'p', T: 't' } } },
    ],
    [
      'in the list of stages',
      [stage],
      ['GET /restapis/x/stages', { stages: [{ stageName: 'prod', ...REDACTED }] }],
      { stages: [{ stageName: 'prod', variables: { PASSWORD: 'p', T: 't' } }] },
    ],
    [
      'as it was last sent, with a patch',
      [stage, patch],
      ['GET /restapis/x/stages/prod', { document: { stageName: 'prod', ...REDACTED } }],
      { document: { stageName: 'prod', variables: { PASSWORD: 'q', T: 't' } } },
    ],
    [
      'in HAL',
      [patch],
      ['GET /restapis/x/stages/prod', { document: { _links: {}, stageName: 'prod', ...REDACTED } }],
      { document: { _links: {}, stageName: 'prod', variables: { PASSWORD: 'q', T: 't' } } },
    ],
    [
      'where a thing has no name',
      [integration],
      [
        'GET /restapis/x/resources/r/methods/GET/integration',
        { document: { credentials: role('123456789012') } },
      ],
      { document: { credentials: role('210987654321') } },
    ],
    [
      'in a method that holds the thing',
      [integration, integrationResponse],
      [
        'GET /restapis/x/resources/r/methods/GET',
        { document: { httpMethod: 'GET', methodIntegration: integrationWith('123456789012', 'REDACTED') } },
      ],
      { document: { httpMethod: 'GET', methodIntegration: integrationWith('210987654321', "'secret'") } },
    ],
    [
      'in a resource that holds the method',
      [integration, integrationResponse],
      [
        'GET /restapis/x/resources?embed=methods',
        {
          document: {
            item: [
              resourceWith('q', '123456789012', 'REDACTED'),
              resourceWith('r', '123456789012', 'REDACTED'),
            ],
          },
        },
      ],
      {
        document: {
          item: [
            resourceWith('q', '123456789012', 'REDACTED'),
            resourceWith('r', '210987654321', "'secret'"),
          ],
        },
      },
    ],
    [
      'in the resource alone',
      [integration, integrationResponse],
      [
        'GET /restapis/x/resources/r?embed=methods',
        { document: resourceWith('r', '123456789012', 'REDACTED') },
      ],
      { document: resourceWith('r', '210987654321', "'secret'") },
    ],
    [
      'as an account id where the service writes it otherwise',
      [api],
      ['GET /restapis/x', { document: { id: 'x', policy: policy('123456789012', '\\"') } }],
      { document: { id: 'x', policy: policy('210987654321', '\\"') } },
    ],
  ])('%s', (_, sent, answer, expected) => {
    expect(restored(sent, answer)).toEqual(expected);
  });
});

describe('an answer stays as it is recorded', () => {
  test.each<[string, Sent[], [string, JsonObject]]>([
    [
      'when it is of a thing that somebody else made',
      [keyA],
      ['GET /apikeys/kz', { document: { id: 'kz', name: 'z', value: 'REDACTED' } }],
    ],
    [
      'when it is what made another thing',
      [keyA],
      ['POST /apikeys', { document: { id: 'kz', name: 'z', value: 'REDACTED' } }],
    ],
    [
      'when it is of another stage of the same deployment',
      [stage],
      ['GET /restapis/x/stages', { stages: [{ stageName: 'test', deploymentId: 'd', ...REDACTED }] }],
    ],
    [
      'when it is of another API',
      [stage],
      ['GET /restapis/y/stages/prod', { document: { stageName: 'prod', ...REDACTED } }],
    ],
    [
      'when the value is another one by now',
      [stage],
      ['GET /restapis/x/stages/prod', { document: { stageName: 'prod', variables: { PASSWORD: 'none' } } }],
    ],
    [
      'when it has no such member',
      [stage, integration],
      ['GET /restapis/x/stages/prod', { document: { stageName: 'prod', variables: null } }],
    ],
    ['when nothing was sent', [], ['GET /apikeys/ka', { document: { id: 'ka', value: 'REDACTED' } }]],
  ])('%s', (_, sent, answer) => {
    expect(restored(sent, answer)).toBe(answer[1]);
  });
});

test('what is remembered is bounded, counted, and given back', () => {
  let held = 0;
  const values = new SentValues((bytes) => {
    held += bytes;
  });
  const learn = (n: number) =>
    values.learn(
      keyOf('POST', '/apikeys'),
      { body: { value: `s${n}` } },
      { body: { value: 'REDACTED' } },
      { document: { id: `k${n}` } },
    );
  for (let n = 0; n < memoryBounds.sentTexts + 10; n += 1) learn(n);
  const full = held;
  for (let n = 0; n < 10; n += 1) learn(n);
  expect(Math.abs(held - full)).toBeLessThan(100);
  const value = (n: number) =>
    values.restore(keyOf('GET', `/apikeys/k${n}`), { document: { id: `k${n}`, value: 'REDACTED' } });
  expect(value(20)).toEqual({ document: { id: 'k20', value: 's20' } });
  expect(value(15)).toEqual({ document: { id: 'k15', value: 'REDACTED' } });
  values.clear();
  expect([held, values.isEmpty]).toEqual([0, true]);
});
