import { randomUUID } from 'node:crypto';
import aws4 from 'aws4';
import type { Identity } from '../load-plan.ts';

const REGION = 'us-east-1';
const HASH_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * What the AWS SDK for JavaScript v3 sends for a GetStages call, since reading it is part of what a call costs. Each has
 * an invocation id of its own.
 */
export function makeRequest(path: string, host: string, identity: Identity | undefined): Buffer {
  const common = {
    accept: 'application/json',
    'x-amz-user-agent': 'aws-sdk-js/3.1141.0',
    'user-agent':
      'aws-sdk-js/3.1141.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2 api/api-gateway#3.1141.0 m/N,E,e',
    host,
    'amz-sdk-invocation-id': randomUUID(),
    'amz-sdk-request': 'attempt=1; max=3',
    'x-amz-content-sha256': HASH_OF_NOTHING,
  };
  const headers = { ...common, ...authorize(path, common, identity) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}Connection: keep-alive\r\n\r\n`, 'latin1');
}

function authorize(
  path: string,
  headers: Record<string, string>,
  identity: Identity | undefined,
): Record<string, string> {
  if (identity === undefined) {
    return {
      'x-amz-date': '20261122T181236Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/apigateway/aws4_request, SignedHeaders=accept;' +
        'amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;x-amz-user-agent, ' +
        'Signature=8e794e26f856a6bac9177f9877af34ca0e5318a236ed207bb80ad9fc1d741e2c',
    };
  }
  const signed = aws4.sign(
    { method: 'GET', path, service: 'apigateway', region: REGION, headers: { ...headers } },
    identity,
  ).headers;
  return {
    'x-amz-date': String(signed?.['X-Amz-Date']),
    authorization: String(signed?.Authorization),
  };
}
