import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

/** Loads a server from a process of its own and prints one line of JSON. `argv`: URL, file of paths, seconds. */
const [, , url = '', file = '', seconds = '3'] = process.argv;
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: string[] };

/** What the AWS SDK for JavaScript v3 sends, since reading it is part of what a call costs. */
const headers = {
  accept: 'application/json',
  'x-amz-user-agent': 'aws-sdk-js/3.1141.0',
  'user-agent':
    'aws-sdk-js/3.1141.0 ua/2.1 os/linux lang/js md/nodejs#20.20.2 api/api-gateway#3.1141.0 m/N,E,e',
  'amz-sdk-invocation-id': '88346009-3d44-4a99-acd3-3b660054daa0',
  'amz-sdk-request': 'attempt=1; max=3',
  'x-amz-date': '20261122T181236Z',
  'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/apigateway/aws4_request, SignedHeaders=accept;' +
    'amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;x-amz-user-agent, ' +
    'Signature=8e794e26f856a6bac9177f9877af34ca0e5318a236ed207bb80ad9fc1d741e2c',
};

const result = await autocannon({
  url,
  connections: 32,
  duration: Number(seconds),
  requests: paths.map((path) => ({ method: 'GET' as const, path, headers })),
});
console.log(
  JSON.stringify({ total: result['2xx'], seconds: result.duration, failed: result.non2xx + result.errors }),
);
