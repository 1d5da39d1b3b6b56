import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withAccept, withBody } from '../../../../../src/aws/apigateway/key.ts';
import { operationOf } from '../../../../../src/aws/apigateway/model/modelled-operation.ts';
import type { OperationRow } from '../../../../../src/aws/apigateway/model/operation-row.ts';
import { operationRows } from '../../../../../src/aws/apigateway/model/rows.ts';
import { findOperation, identify } from '../../../../../src/aws/apigateway/operations.ts';
import { readRequestBody } from '../../../../../src/aws/apigateway/request-body.ts';
import { type JsonObject, parseJson, writeJson } from '../../../../../src/json.ts';

const rows = operationRows().filter(({ name }) => name !== 'GetStages');

function keyOf(method: string, target: string) {
  const { key, notUnderstood } = identify(method, target);
  if (key === undefined) throw new Error(notUnderstood);
  return key;
}

describe('a key', () => {
  test.each([
    ['GET', '/restapis', undefined, {}, '/restapis'],
    ['GET', '/restapis?limit=500', undefined, { query: { limit: '500' } }, '/restapis'],
    [
      'GET',
      '/restapis?position=aWQ9UzA%3D&limit=1',
      undefined,
      { query: { limit: '1', position: 'aWQ9UzA=' } },
      '/restapis',
    ],
    [
      'GET',
      '/restapis/a/resources/b/methods/GET',
      'a',
      { resource_id: 'b', http_method: 'GET' },
      '/restapis/a/resources/b/methods/GET',
    ],
    [
      'GET',
      '/restapis/a/resources?embed=methods',
      'a',
      { query: { embed: ['methods'] } },
      '/restapis/a/resources',
    ],
    [
      'GET',
      '/domainnames/x.com/basepathmappings/%28none%29',
      undefined,
      { domain_name: 'x.com', base_path: '(none)' },
      '/domainnames/x.com/basepathmappings/(none)',
    ],
    [
      'GET',
      '/restapis/a/stages/p/exports/oas30?extensions=apigateway',
      'a',
      { stage_name: 'p', export_type: 'oas30', query: { extensions: 'apigateway' } },
      '/restapis/a/stages/p/exports/oas30',
    ],
    ['GET', '/v2/apis/a/stages/%24default', 'a', { stageName: '$default' }, '/v2/apis/a/stages/%24default'],
    [
      'GET',
      '/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa%2Fstages%2Fp',
      'a',
      { resource_arn: 'arn:aws:apigateway:us-east-1::/restapis/a/stages/p' },
      '/restapis/a/stages/p',
    ],
    [
      'GET',
      '/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapikeys%2Fk',
      undefined,
      { resource_arn: 'arn:aws:apigateway:us-east-1::/apikeys/k' },
      '/apikeys/k',
    ],
    [
      'DELETE',
      '/tags/x?tagKeys=b&tagKeys=a',
      undefined,
      { resource_arn: 'x', query: { tagKeys: ['a', 'b'] } },
      '/tags/x',
    ],
  ])('of %s %s', (method, target, restApiId, fields, path) => {
    expect(keyOf(method, target)).toMatchObject({ restApiId, fields, path });
  });

  test('is one for one call, however its path and its query are written', () => {
    const same = (a: string, b: string) => expect(keyOf('GET', a).text).toBe(keyOf('GET', b).text);
    same('/domainnames/x.com/basepathmappings/(none)', '/domainnames/x.com/basepathmappings/%28none%29');
    same('/restapis?limit=1&position=a', '/restapis?position=a&limit=1&X-Amz-Date=20260101T000000Z');
    same('/restapis/a/resources?embed=methods&embed=x', '/restapis/a/resources?embed=x&embed=methods');
  });

  test('is another one where something is absent, empty or the default', () => {
    const targets = ['', '?', '?limit=', '?limit=25', '?position=', '?limit=&position='].map(
      (query) => `/restapis${query}`,
    );
    const texts = new Set(targets.map((target) => keyOf('GET', target).text));
    // A question mark alone asks for nothing.
    expect(texts.size).toBe(targets.length - 1);
  });

  test.each([
    ['GET', '/restapis?page=1', "parameter 'page' is not known"],
    ['GET', '/restapis?limit=1&limit=1', "parameter 'limit' is given twice"],
    ['GET', '/restapis/%ff', 'its path is not percent-encoded UTF-8'],
    ['GET', '/restapis?limit=%ff', 'a parameter is not percent-encoded UTF-8'],
  ])('is none of %s %s', (method, target, notUnderstood) => {
    expect(identify(method, target)).toEqual({ name: expect.any(String), notUnderstood });
  });

  test('comes back from a file as it was, of every operation', () => {
    const value = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => text !== '.' && text !== '..' && text.isWellFormed());
    fc.assert(
      fc.property(
        fc.constantFrom(...rows),
        fc.array(value, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (row, values, isAsked) => {
          const key = sampleKey(row, values, isAsked);
          const written = parseJson(writeJson(key.fields)) as JsonObject;
          expect(operationOf(row).keyOf(key.restApiId, written)).toEqual(key);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, string | undefined, JsonObject, RegExp]>([
    ['GetStage', 'a', {}, /lacks a parameter of its path/],
    ['GetStage', undefined, { stage_name: 'p' }, /lacks a parameter of its path/],
    ['GetStage', 'a', { stage_name: 'p', restapi_id: 'a' }, /field 'restapi_id' that is no parameter/],
    ['GetStage', 'a', { stage_name: 'p', more: 'x' }, /field 'more' that is no parameter/],
    ['GetStage', 'a', { stage_name: 'p', body: {} }, /has a body that it cannot have/],
    ['GetStage', 'a', { stage_name: 'p', accept: 'x' }, /has an 'accept' that it cannot have/],
    ['GetStage', 'a', { stage_name: 'p', query: { limit: '1' } }, /has a wrong 'limit'/],
    ['GetRestApis', 'a', {}, /belongs to another file/],
    ['GetRestApis', undefined, { query: [] }, /is no object/],
    ['GetRestApis', undefined, { query: { limit: [] } }, /has a wrong 'limit'/],
    ['UpdateStage', 'a', { stage_name: 'p', body: {}, bodyText: '' }, /has a body that it cannot have/],
  ])('of %s is not read from a file of %s with %j', (name, restApiId, fields, reason) => {
    expect(() => findOperation(name)?.keyOf(restApiId, fields)).toThrow(reason);
  });
});

/** The key of a call with these values for whatever it takes. */
function sampleKey(row: OperationRow, values: readonly string[], isAsked: boolean) {
  let at = 0;
  const next = () => encodeURIComponent(values[at++ % values.length] ?? 'x');
  const path = row.path.replace(/\{[^}]+\}/g, next);
  const asked = isAsked ? (row.query ?? []).map((name) => `${name}=${next()}`) : [];
  const query = [...(row.fixedQuery === undefined ? [] : [row.fixedQuery]), ...asked].join('&');
  const key = keyOf(row.method, query === '' ? path : `${path}?${query}`);
  if (row.accept === true) return withAccept(key, 'application/yaml');
  return row.access === 'read' || !isAsked ? key : withBody(key, { body: { b: [values[0] ?? ''], a: 'x' } });
}

describe('what is sent along', () => {
  const bodyOf = (text: string) => readRequestBody(Buffer.from(text));

  test('is one in whatever order its members and its patch operations stand', () => {
    const a = bodyOf(
      '{"variables":{"a":"1","b":"2"},"patchOperations":[{"op":"add","path":"/b"},{"op":"add","path":"/a"}]}',
    );
    const b = bodyOf(
      '{ "patchOperations": [{"path":"/a","op":"add"}, {"path":"/b","op":"add"}],\n "variables": {"b":"2","a":"1"} }',
    );
    const key = keyOf('PATCH', '/restapis/a/stages/p');
    expect(withBody(key, a as JsonObject).text).toBe(withBody(key, b as JsonObject).text);
  });

  test('keeps the order of patch operations on one path', () => {
    const patch = (...values: string[]) =>
      bodyOf(
        JSON.stringify({ patchOperations: values.map((value) => ({ op: 'replace', path: '/a', value })) }),
      );
    expect(patch('1', '2')).not.toEqual(patch('2', '1'));
  });

  test.each<[string, Uint8Array, unknown]>([
    ['nothing', Buffer.from(''), {}],
    ['an empty object', Buffer.from('{}'), { body: {} }],
    ['text that is no JSON', Buffer.from('openapi: 3.0.1\n'), { bodyText: 'openapi: 3.0.1\n' }],
    ['bytes that are no text', Buffer.from([0x50, 0x4b, 0xff]), { bodyBase64: 'UEv/' }],
    [
      'what nests too deeply',
      Buffer.from('['.repeat(200) + ']'.repeat(200)),
      { notUnderstood: expect.stringMatching(/^its body cannot be compared/) },
    ],
  ])('is told as it is when it is %s', (_, bytes, expected) => {
    expect(readRequestBody(bytes)).toEqual(expected);
  });

  test('has a member that is named __proto__ like any other', () => {
    const key = keyOf('POST', '/restapis');
    const plain = withBody(key, bodyOf('{"name":"x"}') as JsonObject);
    const odd = withBody(key, bodyOf('{"name":"x","__proto__":{"name":"y"}}') as JsonObject);
    expect(odd.text).not.toBe(plain.text);
    expect(writeJson(odd.fields)).toContain('__proto__');
  });
});
