import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getStages, identifyGetStages } from '../../../../../src/aws/apigateway/get-stages/get-stages.ts';
import type { Recording, ServiceAnswer, TextRendering } from '../../../../../src/aws/apigateway/operation.ts';
import { splitTarget } from '../../../../../src/aws/apigateway/target.ts';
import type { Representation } from '../../../../../src/call.ts';
import { parseCassetteFile, writeCassetteFile } from '../../../../../src/cassette/format.ts';
import { type Json, type JsonObject, parseJson, sortKeys, writeJson } from '../../../../../src/json.ts';
import { API_ID, halDocument, plainDocument } from '../../../../support/odd-stages.ts';

const RUNS = { numRuns: 100 };
const KEY = getStages.keyOf(API_ID, { deploymentId: 'd 1' });

function answerOf(text: string, parts: Partial<ServiceAnswer> = {}): ServiceAnswer {
  return {
    status: 200,
    contentType: 'application/json',
    contentDisposition: undefined,
    errorType: undefined,
    body: text,
    asked: 'json',
    ...parts,
  };
}

function readText(text: string, parts: Partial<ServiceAnswer> = {}): Recording | undefined {
  return getStages.read(answerOf(text, parts), KEY);
}

function mustRead(text: string, parts: Partial<ServiceAnswer> = {}): Recording {
  const recording = readText(text, parts);
  if (recording === undefined) throw new Error(`not read: ${text}`);
  return recording;
}

/** The recording as it is when it was written to the cassette's file and read again. */
function throughFile(recording: Recording): Recording {
  const take = { ...recording, region: 'us-east-1', recordedAt: '2026-02-03T04:05:06Z', times: 1, at: 0 };
  const text = writeCassetteFile(API_ID, [{ key: KEY, operation: getStages, takes: [take] }]);
  const [interaction] = parseCassetteFile(text, API_ID);
  expect(interaction?.key).toEqual(KEY);
  const [read] = interaction?.takes ?? [];
  if (read === undefined) throw new Error('no take in the file');
  return { status: read.status, representation: read.representation, content: read.content };
}

function textOf(rendering: TextRendering): string {
  return rendering.body;
}

function expectSame(actual: string, expected: Json): void {
  expect(writeJson(sortKeys(parseJson(actual)), 1)).toBe(writeJson(sortKeys(expected), 1));
}

describe('a call', () => {
  const ask = (target: string, method = 'GET') => identifyGetStages(method, splitTarget(target));

  test.each<[string, string, Record<string, string>]>([
    ['/restapis/a1b2c3d4e5/stages', 'a1b2c3d4e5', {}],
    ['/restapis/a1b2c3d4e5/stages?', 'a1b2c3d4e5', {}],
    ['/restapis/a1b2c3d4e5/stages?&&', 'a1b2c3d4e5', {}],
    ['/restapis/A1/stages?deploymentId=vakw79', 'A1', { deploymentId: 'vakw79' }],
    ['/restapis/a/stages?deployment_id=vakw79', 'a', { deploymentId: 'vakw79' }],
    ['/restapis/a/stages?deployment%49d=%76akw79', 'a', { deploymentId: 'vakw79' }],
    ['/restapis/a/stages?deploymentId=', 'a', { deploymentId: '' }],
    ['/restapis/a/stages?deploymentId', 'a', { deploymentId: '' }],
    ['/restapis/a/stages?deploymentId=a=b', 'a', { deploymentId: 'a=b' }],
    ['/restapis/a+b/stages?deploymentId=c+d', 'a+b', { deploymentId: 'c+d' }],
    ['/restapis/abc%20123%2Fx/stages?deploymentId=d%2F1%20%C3%A9', 'abc 123/x', { deploymentId: 'd/1 é' }],
    ['/restapis/..%2F../stages', '../..', {}],
    ['/restapis/%f0%9f%9a%80/stages', '🚀', {}],
    ['/restapis/a/stages?X-Amz-Signature=1&x-amz-date=2&deploymentId=d', 'a', { deploymentId: 'd' }],
  ])('%s asks for the stages of an API', (target, restApiId, parameters) => {
    expect(ask(target)).toEqual(getStages.keyOf(restApiId, parameters));
  });

  test('has one key, however it is spelled', () => {
    const spellings = ['deploymentId=d%201', 'deployment_id=d%201', 'deploymentId=%64%201&X-Amz-Date=now'];
    const keys = spellings.map((query) => ask(`/restapis/a%20b%2F%C3%A9/stages?${query}`));
    expect(keys).toEqual([KEY, KEY, KEY]);
  });

  test.each([
    ['/restapis/a/stages?limit=5', "parameter 'limit' is not known"],
    ['/restapis/a/stages?deploymentid=d', "parameter 'deploymentid' is not known"],
    ['/restapis/a/stages?=d', "parameter '' is not known"],
    ['/restapis/a/stages?deploymentId=a&deploymentId=a', 'it filters by deployment twice'],
    ['/restapis/a/stages?deploymentId=&deployment_id=', 'it filters by deployment twice'],
    ['/restapis/%/stages', 'the API id is not percent-encoded UTF-8'],
    ['/restapis/%ff/stages', 'the API id is not percent-encoded UTF-8'],
    ['/restapis/a/stages?deploymentId=%e9', 'a parameter is not percent-encoded UTF-8'],
    ['/restapis/a/stages?%=1', 'a parameter is not percent-encoded UTF-8'],
  ])('%s is not understood', (target, notUnderstood) => {
    expect(ask(target)).toEqual({ notUnderstood });
  });

  test.each([
    ['POST', '/restapis/a/stages'],
    ['DELETE', '/restapis/a/stages'],
    ['GET', '/restapis/a/stages/prod'],
    ['GET', '/restapis/a/stages/'],
    ['GET', '/restapis//stages'],
    ['GET', '/restapis/a/b/stages'],
    ['GET', '/x/restapis/a/stages'],
    ['GET', '/restapis'],
    ['GET', '*'],
  ])('%s %s is another operation', (method, target) => {
    expect(ask(target, method)).toBeUndefined();
  });
});

describe('an answer', () => {
  test('in HAL comes back in HAL as it was, also from a file', () => {
    fc.assert(
      fc.property(halDocument, (document) => {
        const isCollection = ['_links', '_embedded'].some((field) => Object.hasOwn(document, field));
        fc.pre(isCollection || Object.keys(document).length === 0);
        const recording = mustRead(writeJson(document), { contentType: 'application/hal+json' });
        expect(recording.representation).toBe('hal');
        expectSame(textOf(getStages.render(recording, KEY, 'hal')), document);
        expectSame(textOf(getStages.render(throughFile(recording), KEY, 'hal')), document);
      }),
      RUNS,
    );
  });

  test('in plain comes back in plain as it was, also from a file', () => {
    fc.assert(
      fc.property(plainDocument, (document) => {
        fc.pre(Object.hasOwn(document, 'item') || Object.keys(document).length === 0);
        const recording = mustRead(writeJson(document));
        expect(recording.representation).toBe('json');
        expectSame(textOf(getStages.render(recording, KEY, 'json')), document);
        expectSame(textOf(getStages.render(throughFile(recording), KEY, 'json')), document);
      }),
      RUNS,
    );
  });

  test('is from a file what it was before, byte for byte, in either representation', () => {
    fc.assert(
      fc.property(fc.oneof(halDocument, plainDocument), (document) => {
        const recording = readText(writeJson(document));
        fc.pre(recording !== undefined);
        const again = throughFile(recording);
        expect(writeJson(again.content)).toBe(writeJson(recording.content));
        for (const representation of ['hal', 'json'] as const) {
          const before = getStages.render(recording, KEY, representation);
          expect(textOf(getStages.render(again, KEY, representation))).toBe(textOf(before));
        }
      }),
      RUNS,
    );
  });

  test.each<[string, string, string, Representation]>([
    ['HAL', '{"_links":{}}', 'application/hal+json', 'hal'],
    ['HAL that is said to be plain', '{"_links":{}}', 'application/json', 'hal'],
    ['embedded stages that are said to be plain', '{"_embedded":{"item":[]}}', 'application/json', 'hal'],
    ['plain', '{"item":[]}', 'application/json', 'json'],
    ['plain with another type', '{"item":[]}', 'application/x-amz-json-1.1', 'json'],
    ['plain that is said to be HAL', '{"item":[]}', 'application/hal+json', 'json'],
    ['plain with links beside the stages', '{"_links":{},"item":[]}', 'application/json', 'json'],
    ['nothing, plain', '{}', 'application/json', 'json'],
    ['nothing, HAL', '{}', 'application/hal+json', 'hal'],
  ])('is told to be %s by what it holds', (_, text, contentType, representation) => {
    expect(mustRead(text, { contentType }).representation).toBe(representation);
  });

  test('keeps the stages of a plain document that has links as well', () => {
    const text = '{"_links":{"self":{"href":"/x"}},"item":[{"stageName":"a"}]}';
    const recording = mustRead(text);
    expectSame(textOf(getStages.render(recording, KEY, 'json')), parseJson(text));
    const hal = parseJson(textOf(getStages.render(recording, KEY, 'hal'))) as JsonObject;
    expect(hal._embedded).toMatchObject({ item: { stageName: 'a' } });
  });

  test.each([
    ['no JSON', '<html>', {}],
    ['nothing', '', {}],
    ['a list', '[]', {}],
    ['null', 'null', {}],
    ['another document', '{"message":"x"}', {}],
    ['an item that is no stage', '{"item":[1]}', {}],
    ['something embedded that is no collection', '{"_embedded":7}', {}],
    ['a key that is repeated', '{"item":[],"item":null}', {}],
    [
      'another error',
      '{"message":"Too Many Requests"}',
      { status: 429, errorType: 'TooManyRequestsException' },
    ],
    ['a missing right', '{"message":"x"}', { status: 403, errorType: 'AccessDeniedException' }],
    ['a 404 of something else', '{"message":"x"}', { status: 404, errorType: 'ResourceNotFoundException' }],
    ['a 404 without a type', '{"message":"x"}', { status: 404 }],
    ['a 400 with the type of a 404', '{"message":"x"}', { status: 400, errorType: 'NotFoundException' }],
    ['an error without a message', '{"Message":"x"}', { status: 404, errorType: 'NotFoundException' }],
    [
      'an error with a type of its own',
      '{"message":"x","type":"y"}',
      { status: 404, errorType: 'NotFoundException' },
    ],
    ['an error that is no JSON', 'Not Found', { status: 404, errorType: 'NotFoundException' }],
    ['a 201', '{"item":[]}', { status: 201 }],
    ['a 500 with stages', '{"item":[]}', { status: 500, errorType: 'InternalFailure' }],
  ] as [string, string, Partial<ServiceAnswer>][])('is not recorded when it is %s', (_, text, parts) => {
    expect(readText(text, parts)).toBeUndefined();
  });

  test('that nests deeply can be read again from the file, or is not recorded', () => {
    let recorded = 0;
    for (let levels = 80; levels <= 210; levels++) {
      const value = '['.repeat(levels) + ']'.repeat(levels);
      const texts = [
        `{"item":[{"stageName":"a","x":${value}}]}`,
        `{"_embedded":{"item":{"stageName":"a","_links":{"x":${value}}}}}`,
        `{"_embedded":{"item":{"stageName":"a","_links":${value}}}}`,
        `{"item":[],"x":${value}}`,
      ];
      for (const text of texts) {
        const recording = readText(text);
        if (recording === undefined) continue;
        recorded++;
        expectSame(
          textOf(getStages.render(throughFile(recording), KEY, recording.representation)),
          parseJson(text),
        );
      }
    }
    expect(recorded).toBeGreaterThan(4 * 10);
  });
});

describe('an error', () => {
  const notFound = { status: 404, errorType: 'NotFoundException' };

  test.each([
    ['NotFoundException', 404, 'NotFoundException'],
    ['NotFoundException', 404, 'NotFoundException:http://internal.amazon.com/coral/'],
    ['NotFoundException', 404, 'com.amazonaws.apigateway#NotFoundException'],
    ['BadRequestException', 400, 'BadRequestException'],
  ])('%s comes back with its status, its type and its body', (type, status, errorType) => {
    const recording = mustRead('{"message":"no","code":1.0}', { status, errorType });
    expect(recording.status).toBe(status);
    for (const read of [recording, throughFile(recording)]) {
      const rendering = getStages.render(read, KEY, 'hal');
      expect(rendering).toMatchObject({ contentType: 'application/json', errorType: type });
      expectSame(textOf(rendering), parseJson('{"message":"no","code":1.0}'));
      expect(textOf(rendering).endsWith('}\n')).toBe(true);
    }
  });

  test('is from a file what it was before, so that recording it again changes nothing', () => {
    const recording = mustRead('{"message":"no","__proto__":{"b":1,"a":2},"x":null}', notFound);
    expect(writeJson(throughFile(recording).content)).toBe(writeJson(recording.content));
  });
});

describe('a rendering', () => {
  test('is compact, ends in a newline and says what it is', () => {
    const recording = mustRead('{"item":[ {"stageName": "a", "x": 10000.0} ]}');
    expect(getStages.render(recording, KEY, 'json')).toEqual({
      contentType: 'application/json',
      body: '{"item":[{"stageName":"a","x":10000.0}]}\n',
    });
    const hal = getStages.render(recording, KEY, 'hal');
    expect(hal.contentType).toBe('application/hal+json');
    expect(textOf(hal)).toMatch(
      /^\{"_links":\{.*\},"_embedded":\{"item":\{"_links":\{.*"x":10000\.0\}\}\}\n$/,
    );
  });

  test('has its keys in order, those of HAL after its links', () => {
    const recording = mustRead('{"item":[{"b":{"d":1,"c":2},"stageName":"s","a":3}]}');
    const written = '{"a":3,"b":{"c":2,"d":1},"stageName":"s"}';
    expect(textOf(getStages.render(recording, KEY, 'json'))).toBe(`{"item":[${written}]}\n`);
    expect(textOf(getStages.render(recording, KEY, 'hal'))).toContain(written.slice(1));
  });
});

describe('content from a cassette', () => {
  const findFlaw = (status: number, text: string) =>
    getStages.findFlaw(status, parseJson(text) as JsonObject);

  test.each([
    [200, '{"stages":[]}'],
    [200, '{"stages":[{"stageName":"a"}],"links":{},"stageLinks":{"a":{}},"envelope":{}}'],
    [404, '{"error":{"type":"NotFoundException","message":"x"}}'],
    [400, '{"error":{"type":"BadRequestException"}}'],
  ])('of a %i is fine: %s', (status, text) => {
    expect(findFlaw(status, text)).toBeUndefined();
  });

  test.each([
    [200, '{}', "'stages' is not a list of stages"],
    [200, '{"stages":{}}', "'stages' is not a list of stages"],
    [200, '{"stages":[null]}', "'stages' is not a list of stages"],
    [200, '{"stages":[[]]}', "'stages' is not a list of stages"],
    [200, '{"stages":[],"links":[]}', "'links' is not an object"],
    [200, '{"stages":[],"stageLinks":null}', "'stageLinks' is not an object"],
    [200, '{"stages":[],"envelope":1}', "'envelope' is not an object"],
    [
      200,
      '{"stages":[],"stage":[]}',
      "a take has a field 'stage', known are stages, links, stageLinks, envelope",
    ],
    [200, '{"stages":[],"error":{"type":"x"}}', "a take has a field 'error', known are"],
    [404, '{}', "a take with status 404 has no 'error'"],
    [404, '{"error":"x"}', "a take with status 404 has no 'error'"],
    [404, '{"error":{}}', "an error's 'type' is no name"],
    [404, '{"error":{"type":1}}', "an error's 'type' is no name"],
    [404, '{"error":{"type":"a\\r\\nb: c"}}', "an error's 'type' is no name"],
  ])('of a %i is refused: %s', (status, text, flaw) => {
    expect(findFlaw(status, text)).toContain(flaw);
  });

  test('is what a recording has', () => {
    fc.assert(
      fc.property(fc.oneof(halDocument, plainDocument), (document) => {
        const recording = readText(writeJson(document));
        fc.pre(recording !== undefined);
        expect(getStages.findFlaw(recording.status, recording.content)).toBeUndefined();
      }),
      RUNS,
    );
  });
});

describe('a recording', () => {
  const recording = mustRead('{"item":[{"stageName":"prod"},{"stageName":"a/b"},{"stageName":1}]}');

  test.each([
    ['prod', true],
    ['a/b', true],
    ['1', false],
    ['Prod', false],
    ['', false],
    ['toString', false],
  ])('lists a stage %j: %s', (name, isListed) => {
    expect(getStages.lists(recording, name)).toBe(isListed);
    expect(getStages.lists(getStages.nothing, name)).toBe(false);
    const error = mustRead('{"message":"x"}', { status: 404, errorType: 'NotFoundException' });
    expect(getStages.lists(error, name)).toBe(false);
  });

  test('of nothing is what the service says when there is nothing to list', () => {
    expect(textOf(getStages.render(getStages.nothing, KEY, 'json'))).toBe('{"item":[]}\n');
    const hal = parseJson(textOf(getStages.render(getStages.nothing, KEY, 'hal'))) as JsonObject;
    expect(Object.keys(hal)).toEqual(['_links']);
    expect(Object.keys(hal._links as JsonObject)).toEqual([
      'curies',
      'self',
      'stage:by-name',
      'stage:create',
    ]);
    expect(getStages.findFlaw(200, getStages.nothing.content)).toBeUndefined();
  });
});
