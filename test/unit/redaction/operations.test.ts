import { describe, expect, test } from 'vitest';
import { withBody } from '../../../src/aws/apigateway/key.ts';
import { findOperation, identify } from '../../../src/aws/apigateway/operations.ts';
import { readRequestBody } from '../../../src/aws/apigateway/request-body.ts';
import type { JsonObject } from '../../../src/json.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';

const redact = createRedactor([], []);
const ACCOUNT = '210987654321';

function operation(name: string) {
  const found = findOperation(name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}

/** What is recorded of a document that the operation answers, or of a body that is sent to it. */
async function answered(name: string, document: JsonObject) {
  return (await redact({ document }, operation(name).answered)).document;
}
async function sent(name: string, text: string) {
  return redact(readRequestBody(Buffer.from(text)) as JsonObject, operation(name).sent);
}

describe('of what an operation answers', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['CreateApiKey', { id: 'k', value: 'v4lue' }, { id: 'k', value: 'REDACTED' }],
    [
      'GetApiKeys',
      { item: [{ id: 'k', value: 'v4lue' }], position: 'eyJhbGciOiJIUzI1NiJ9' },
      { item: [{ id: 'k', value: 'REDACTED' }], position: 'eyJhbGciOiJIUzI1NiJ9' },
    ],
    [
      'GetApiKeys',
      { _links: {}, _embedded: { item: { id: 'k', value: 'v4lue' } } },
      { _links: {}, _embedded: { item: { id: 'k', value: 'REDACTED' } } },
    ],
    ['GetUsagePlanKey', { id: 'k', value: 'v4lue' }, { id: 'k', value: 'REDACTED' }],
    [
      'GetIntegration',
      {
        requestParameters: {
          'integration.request.header.X-Origin': "'s3cret'",
          'integration.request.header.Content-Type': "'text/plain'",
          'integration.request.header.Authorization': 'method.request.header.Authorization',
        },
      },
      {
        requestParameters: {
          'integration.request.header.X-Origin': 'REDACTED',
          'integration.request.header.Content-Type': "'text/plain'",
          'integration.request.header.Authorization': 'method.request.header.Authorization',
        },
      },
    ],
    [
      'GetMethod',
      { methodIntegration: { requestParameters: { 'integration.request.header.X-Origin': "'s3cret'" } } },
      { methodIntegration: { requestParameters: { 'integration.request.header.X-Origin': 'REDACTED' } } },
    ],
    [
      'v2.GetIntegration',
      {
        requestParameters: {
          'overwrite:header.x-origin': 's3cret',
          'append:header.x-id': '$context.requestId',
        },
      },
      {
        requestParameters: {
          'overwrite:header.x-origin': 'REDACTED',
          'append:header.x-id': '$context.requestId',
        },
      },
    ],
    [
      'v2.GetApis',
      {
        items: [{ apiKeySelectionExpression: '$request.header.x-api-key' }],
        nextToken: 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl',
      },
      {
        items: [{ apiKeySelectionExpression: '$request.header.x-api-key' }],
        nextToken: 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl',
      },
    ],
    [
      'GetRestApi',
      {
        policy: `{\\"Principal\\":{\\"AWS\\":\\"${ACCOUNT}\\"},\\"Resource\\":\\"arn:aws:execute-api:us-east-1:${ACCOUNT}:a\\/*\\"}`,
      },
      {
        policy:
          '{\\"Principal\\":{\\"AWS\\":\\"123456789012\\"},\\"Resource\\":\\"arn:aws:execute-api:us-east-1:123456789012:a\\/*\\"}',
      },
    ],
  ])('%s nothing secret is left', async (name, document, expected) => {
    expect(await answered(name, document)).toEqual(expected);
  });
});

describe('of what is sent', () => {
  test.each<[string, string, JsonObject]>([
    ['CreateApiKey', '{"name":"n","value":"v4lue"}', { body: { name: 'n', value: 'REDACTED' } }],
    ['CreateApiKey', '{"name":"n","value":""}', { body: { name: 'n', value: '' } }],
    [
      'CreateDomainName',
      '{"domainName":"d","certificatePrivateKey":"k3y"}',
      { body: { domainName: 'd', certificatePrivateKey: 'REDACTED' } },
    ],
    [
      'UpdateDomainName',
      '{"patchOperations":[{"op":"replace","path":"/certificatePrivateKey","value":"k3y"}]}',
      { body: { patchOperations: [{ op: 'replace', path: '/certificatePrivateKey', value: 'REDACTED' }] } },
    ],
    [
      'UpdateStage',
      '{"patchOperations":[{"op":"replace","path":"/variables/DB_PASSWORD","value":"s3cret"},{"op":"replace","path":"/variables/TABLE","value":"orders"}]}',
      {
        body: {
          patchOperations: [
            { op: 'replace', path: '/variables/DB_PASSWORD', value: 'REDACTED' },
            { op: 'replace', path: '/variables/TABLE', value: 'orders' },
          ],
        },
      },
    ],
    [
      'UpdateIntegration',
      '{"patchOperations":[{"op":"add","path":"/requestParameters/integration.request.header.X-Origin","value":"\'s3cret\'"}]}',
      {
        body: {
          patchOperations: [
            { op: 'add', path: '/requestParameters/integration.request.header.X-Origin', value: 'REDACTED' },
          ],
        },
      },
    ],
    [
      'ImportApiKeys',
      'name,key,enabled\nn,v4lue,true\n"m, x","v""4",false\n',
      { bodyText: 'name,key,enabled\nn,REDACTED,true\n"m, x",REDACTED,false\n' },
    ],
    ['ImportApiKeys', 'Key\r\nv4lue\r\n', { bodyText: 'Key\r\nREDACTED\r\n' }],
    ['ImportApiKeys', 'name,key\nn,"v4lue" x\n', { bodyText: 'REDACTED' }],
  ])('to %s nothing secret is left: %s', async (name, text, expected) => {
    const redacted = await sent(name, text);
    expect(JSON.parse(JSON.stringify(redacted))).toEqual(expected);
  });

  test('is one key whatever the secret', async () => {
    const { key } = identify('POST', '/apikeys');
    if (key === undefined) throw new Error('no key');
    const keyOf = async (value: string) =>
      withBody(key, await sent('CreateApiKey', `{"name":"n","value":"${value}"}`)).text;
    expect(await keyOf('one')).toBe(await keyOf('two'));
  });
});

test('what the model says is secret is recorded for whoever switches that off', async () => {
  const open = createRedactor(['secret-fields'], []);
  const content = {
    body: { value: 'v4lue', requestParameters: { 'integration.request.header.X-Origin': "'s3cret'" } },
  };
  expect(await open(content, operation('CreateApiKey').sent)).toEqual(content);
});
