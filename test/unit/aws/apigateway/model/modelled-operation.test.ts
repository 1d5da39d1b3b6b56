import { describe, expect, test } from 'vitest';
import type { Recording, ServiceAnswer } from '../../../../../src/aws/apigateway/operation.ts';
import { findOperation } from '../../../../../src/aws/apigateway/operations.ts';
import type { Representation } from '../../../../../src/call.ts';
import { type Json, parseJson, writeJson } from '../../../../../src/json.ts';
import { stagesKey } from '../../../../support/recordings.ts';

const KEY = stagesKey();

function operation(name: string) {
  const found = findOperation(name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}

function read(name: string, body: string | Uint8Array, parts: Partial<ServiceAnswer> = {}) {
  const answer: ServiceAnswer = {
    status: 200,
    contentType: 'application/json',
    contentDisposition: undefined,
    errorType: undefined,
    body,
    asked: 'json',
    ...parts,
  };
  return operation(name).read(answer, KEY);
}

function mustRead(...given: Parameters<typeof read>): Recording {
  const recording = read(...given);
  if (recording === undefined) throw new Error('not read');
  return recording;
}

function render(name: string, recording: Recording, representation: Representation) {
  return operation(name).render(recording, KEY, representation);
}

function asJson(text: string | Uint8Array | undefined): Json {
  return parseJson(String(text));
}

describe('a document', () => {
  test('is answered as it came, numbers and unknown members too', () => {
    const text = '{"throttleSettings":{"rateLimit":10000.0,"burstLimit":5000},"new":null,"features":[]}';
    const recording = mustRead('GetAccount', text);
    expect(asJson(render('GetAccount', recording, 'json')?.body)).toEqual(asJson(text));
    expect(operation('GetAccount').findFlaw(200, recording.content)).toBeUndefined();
  });

  test('in HAL is answered as it came, and in plain by the general rule', () => {
    const hal = `{"_links":{"self":{"href":"/restapis"},"next":{"href":"/restapis?position=aWQ9UzA%3D&limit=1"}},
      "_embedded":{"item":{"_links":{"self":{"href":"/restapis/a"}},"id":"a","createdDate":"2024-03-01T00:00:00Z",
      "binaryMediaTypes":"image/png","description":null,"endpointConfiguration":{"types":"REGIONAL","vpcEndpointIds":null}}}}`;
    const recording = mustRead('GetRestApis', hal, { contentType: 'application/hal+json', asked: 'hal' });
    expect(recording.representation).toBe('hal');
    expect(asJson(render('GetRestApis', recording, 'hal')?.body)).toEqual(asJson(hal));
    expect(asJson(render('GetRestApis', recording, 'json')?.body)).toEqual(
      asJson(`{"position":"aWQ9UzA=","item":[{"id":"a","createdDate":1709251200,"binaryMediaTypes":["image/png"],
        "endpointConfiguration":{"types":["REGIONAL"],"vpcEndpointIds":[]}}]}`),
    );
  });

  test('of nothing in HAL lists nothing in plain', () => {
    const recording = mustRead('GetRestApis', '{"_links":{"self":{"href":"/restapis"}}}', { asked: 'hal' });
    expect(asJson(render('GetRestApis', recording, 'json')?.body)).toEqual({ item: [] });
  });

  test('of a method in HAL has the four embedded relations as members', () => {
    const hal = `{"_links":{},"httpMethod":"GET","_embedded":{
      "method:responses":{"_links":{},"statusCode":"200","responseModels":{"application/json":null}},
      "method:integration":{"_links":{},"type":"MOCK","uri":null,"requestTemplates":{"application/json":null},"cacheKeyParameters":[],
        "_embedded":{"integration:responses":[{"_links":{},"statusCode":"200"},{"_links":{},"statusCode":"404"}]}}}}`;
    const recording = mustRead('GetMethod', hal, { asked: 'hal' });
    expect(asJson(render('GetMethod', recording, 'json')?.body)).toEqual({
      httpMethod: 'GET',
      methodResponses: { 200: { statusCode: '200', responseModels: { 'application/json': null } } },
      methodIntegration: {
        type: 'MOCK',
        cacheKeyParameters: [],
        requestTemplates: { 'application/json': null },
        integrationResponses: { 200: { statusCode: '200' }, 404: { statusCode: '404' } },
      },
    });
  });

  test('of resources in HAL whose methods are linked tells their names in plain', () => {
    const hal = `{"_links":{},"_embedded":{"item":[{"_links":{"resource:methods":[{"href":"x","name":"GET"},{"href":"y","name":"PUT"}]},"id":"r"},
      {"_links":{"resource:methods":{"href":"x","name":"ANY"}},"id":"s"},{"_links":{},"id":"t"}]}}`;
    const recording = mustRead('GetResources', hal, { asked: 'hal' });
    expect(asJson(render('GetResources', recording, 'json')?.body)).toEqual({
      item: [
        { id: 'r', resourceMethods: { GET: {}, PUT: {} } },
        { id: 's', resourceMethods: { ANY: {} } },
        { id: 't' },
      ],
    });
  });

  test('cannot be told in HAL when it came in plain, nor in plain when something unknown is embedded', () => {
    expect(render('GetRestApis', mustRead('GetRestApis', '{"item":[]}'), 'hal')).toBeUndefined();
    const odd = mustRead('GetRestApi', '{"_links":{},"_embedded":{"api:secrets":{}}}', { asked: 'hal' });
    expect(render('GetRestApi', odd, 'json')).toBeUndefined();
    expect(render('GetRestApi', odd, 'hal')).toBeDefined();
  });

  test('that was plain though HAL was asked for is what both get', () => {
    const recording = mustRead('GetRestApis', '{"item":[]}', { asked: 'hal' });
    for (const representation of ['hal', 'json'] as const)
      expect(render('GetRestApis', recording, representation)).toEqual({
        contentType: 'application/json',
        body: '{"item":[]}\n',
      });
  });

  test('of version 2 is plain whatever is asked for', () => {
    expect(operation('v2.GetApis').hasHal).toBe(false);
    const recording = mustRead('v2.GetApis', '{"items":[{"_links":1}]}', { asked: 'json' });
    expect(recording.representation).toBe('json');
  });

  test.each([
    ['a list', '[]'],
    ['a text', '"x"'],
    ['half of one', '{"item":['],
    ['a page', '<html></html>'],
    ['one that nests too deeply', `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`],
  ])('that is %s is not recorded', (_, body) => {
    expect(read('GetRestApis', body)).toBeUndefined();
  });

  test('with a member __proto__ keeps it', () => {
    const recording = mustRead('GetAccount', '{"__proto__":{"a":1},"b":2}');
    expect(writeJson(recording.content)).toBe('{"document":{"__proto__":{"a":1},"b":2}}');
    expect(String(render('GetAccount', recording, 'json')?.body)).toBe('{"__proto__":{"a":1},"b":2}\n');
  });
});

describe('an answer without JSON', () => {
  test.each([
    ['DeleteRestApi', 202],
    ['DeleteIntegration', 204],
    ['v2.DeleteApi', 204],
    ['FlushStageCache', 202],
  ])('of %s is empty', (name, status) => {
    const recording = mustRead(name, '', { status });
    expect(recording).toEqual({ status, representation: 'json', content: {} });
    expect(render(name, recording, 'json')).toEqual({ contentType: 'application/json', body: '' });
  });

  test.each([
    ['text', '{ "openapi" : "3.0.1" }\n', { text: '{ "openapi" : "3.0.1" }\n' }],
    ['bytes', Uint8Array.of(0x50, 0x4b, 3, 4, 0xff), { base64: 'UEsDBP8=' }],
  ])('of %s is a file with its name', (_, body, content) => {
    const headers = {
      contentType: 'application/octet-stream',
      contentDisposition: 'attachment; filename="x.json"',
    };
    const recording = mustRead('GetExport', body, headers);
    expect(recording.content).toEqual({ ...content, ...headers });
    const rendering = render('GetExport', recording, 'hal');
    expect(rendering).toMatchObject(headers);
    expect(Buffer.from(rendering?.body ?? '')).toEqual(Buffer.from(body));
    expect(operation('GetExport').findFlaw(200, recording.content)).toBeUndefined();
  });
});

describe('an error', () => {
  const errors: ReadonlyArray<
    [status: number, type: string, message: string, reads: boolean, writes: boolean]
  > = [
    [400, 'BadRequestException', 'Invalid', true, true],
    [400, 'ValidationException', '1 validation error detected', true, true],
    [400, 'SerializationException', 'STRING_VALUE can not be converted', true, true],
    [400, 'ThrottlingException', 'Rate exceeded', false, false],
    [403, 'AccessDeniedException', 'no', false, false],
    [404, 'NotFoundException', 'Invalid API identifier specified 123456789012:a', true, true],
    [409, 'ConflictException', 'Method already exists for this resource', false, true],
    [
      409,
      'ConflictException',
      'Unable to complete operation due to concurrent modification. Please try again later.',
      false,
      false,
    ],
    [429, 'TooManyRequestsException', 'Too Many Requests', false, false],
    [500, 'InternalFailure', 'x', false, false],
    [503, 'ServiceUnavailableException', 'x', false, false],
  ];

  test.each(errors)('%s %s, %s', (status, errorType, message, reads, writes) => {
    const body = JSON.stringify({ message });
    expect(read('GetMethod', body, { status, errorType }) !== undefined).toBe(reads);
    expect(read('PutMethod', body, { status, errorType }) !== undefined).toBe(writes);
    const recording = read('PutMethod', body, { status, errorType });
    if (recording === undefined) return;
    expect(render('PutMethod', recording, 'json')).toMatchObject({ errorType, body: `${body}\n` });
  });
});

test.each([
  ['GetRestApis', { document: [] }, /'document' is wrong/],
  ['GetRestApis', { document: {}, text: '' }, /more than one of document, text and base64/],
  ['GetRestApis', { text: 'x' }, /'text' is wrong/],
  ['GetRestApis', { document: {}, contentType: 'x' }, /field 'contentType'/],
  ['GetExport', { document: {} }, /'document' is wrong/],
  ['GetExport', { base64: '?' }, /'base64' is wrong/],
  ['GetExport', { text: 'x', contentType: 'a\r\nSet-Cookie: x' }, /field 'contentType'/],
  ['GetExport', { text: 'x', contentDisposition: 'é' }, /field 'contentDisposition'/],
  ['GetExport', { text: 'x', more: 'y' }, /field 'more'/],
])('content of %s from a file is refused: %j', (name, content, flaw) => {
  expect(operation(name).findFlaw(200, content)).toMatch(flaw);
});
