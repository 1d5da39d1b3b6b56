import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseCassetteFile, writeCassetteFile } from '../../../src/cassette/format.ts';
import { type JsonObject, parseJson, writeJson } from '../../../src/json.ts';
import { createEngine } from '../../../src/redaction/engine.ts';

const engine = createEngine([], []);
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** What people keep in stages: none of it is a secret. */
const texts: readonly string[] = [
  // Ids, digests, dates.
  'a1b2c3d4e5',
  'vakw79',
  '51af3dc0-da77-11e4-872e-1234567db123',
  'd41d8cd98f00b204e9800998ecf8427e',
  SHA256,
  '9fceb02d0ae598e95dc970b74767f19372d61af8',
  `sha256:${SHA256}`,
  'us-east-1_AbCdEfGhI',
  'E2QWRUHAPOMQZL',
  '3f9a7c2',
  '01HZY3M8Q4W6E8R0T2Y4U6I8O0',
  '2026-11-22T20:16:33Z',
  '202611222016',
  '1700000000',
  '1700000000000',
  'v1.2.3-rc.1',
  'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC',
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'AROAIOSFODNN7EXAMPLE',
  'AIDAIOSFODNN7EXAMPLE',
  // ARNs and names of AWS.
  'arn:aws:lambda:us-east-1:123456789012:function:orders-prod:live',
  'arn:aws:s3:::orders-bucket/exports/2026',
  'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf',
  'arn:aws:iam::123456789012:role/token-reader',
  'arn:aws:logs:us-east-1:123456789012:log-group:API-Gateway-Execution-Logs_a1b2c3d4e5/prod',
  'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/orders/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111',
  'arn:aws:ssm:us-east-1:123456789012:parameter/prod/db/password',
  'arn%3Aaws%3As3%3A%3A%3Aorders',
  'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  'vpce-0a1b2c3d4e5f67890',
  'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
  'orders.cluster-cabcdefghijk.us-east-1.rds.amazonaws.com:5432',
  // URLs without secrets.
  'https://example.com/orders/v1?page=2&size=50#top',
  'http://localhost:3000/health',
  'https://user@example.com/x',
  'https://example.com:8443/a@b',
  'https://auth.example.com/oauth2/token',
  's3://bucket/key/with/token.txt',
  'postgres://db.internal:5432/orders',
  'https://hooks.example.com/services/orders',
  'mailto:team@example.com',
  '/restapis/a1b2c3d4e5/stages/prod{?deployment_id}',
  'https://api.example.com/v1/passwords/reset',
  'https://www.example.com/?sig=abc',
  'jdbc:mysql://db:3306/orders?useSSL=true&serverTimezone=UTC',
  // Settings and words.
  'INFO',
  'SUCCEED_WITH_RESPONSE_HEADER',
  'requireAuthorizationForCacheControl',
  'text/html; charset=utf-8',
  '0.5',
  '-1',
  'rate(5 minutes)',
  'cron(0 12 * * ? *)',
  'max-age=3600, must-revalidate',
  'a=1;b=2;c=three',
  'key=value',
  'monkey: banana',
  'Rotates the token: see the wiki for how',
  'Bearer authentication is required',
  'Basic authentication',
  'token validation',
  'compass: north, bypass = true',
  'The pass rate is 99%',
  'author: me',
  'my-team/orders@main',
  'a@b.example',
  'x'.repeat(5000),
  'myVeryLongFunctionNameWithCamelCase12345',
  'SOME_CONSTANT_NAME_THAT_IS_FORTY_LONG_1234',
  'lorem ipsum '.repeat(500),
  'npm_config_cache_directory_of_the_build',
  'sk_test',
  'ghp_',
  'eyJ',
  'AKIA',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@host',
  '100%25 of 50%',
  '%7B%22a%22%3A1%7D',
  // Templates and formats.
  '{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", "apiKey":"$context.identity.apiKey" }',
  '{"accountId":"$context.accountId","authorizer":{"token":"$context.authorizer.token"},"status":$context.status}',
  '$context.identity.sourceIp $context.identity.caller [$context.requestTime] "$context.httpMethod $context.protocol" $context.status',
  '{"password":"{{resolve:secretsmanager:prod/db}}","tokenTtl":3600,"secretArn":"arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf"}',
  `{"token":"\${stageVariables.token}","private":false,"pass":null,"secret":""}`,
  '{"retries":3,"hosts":["a","b"],"ratio":10000.0}',
  '[1, 2.50, 3e2]',
  '{ }',
  '[not json]',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}]}',
]; // prettier-ignore

const stages = texts.map((text, at) => ({
  stageName: `stage${at}`,
  deploymentId: 'vakw79',
  description: text,
  variables: { [`variable${at}`]: text, tableName: 'orders', lambdaAlias: text },
  canarySettings: { percentTraffic: 5.5, stageVariableOverrides: { url: text }, useStageCache: false },
  methodSettings: {
    '~1oauth~1token/POST': { throttlingRateLimit: 10000.5, cacheTtlInSeconds: 300, loggingLevel: 'INFO' },
  },
  accessLogSettings: { format: text },
  tags: { team: text, 'aws:cloudformation:stack-name': 'orders' },
  createdDate: '2026-04-15T17:53:35Z',
}));

it.each(stages)('nothing is taken out of $description', (stage) => {
  const content = { stages: [stage], stageLinks: { 'token-service': { self: { href: '/x' } } } };
  const text = JSON.stringify(content);
  expect(writeJson(engine.redact(parseJson(text) as JsonObject))).toBe(text);
});

it('nothing is taken out of all of them at once', () => {
  const text = JSON.stringify({ stages });
  expect(writeJson(engine.redact(parseJson(text) as JsonObject))).toBe(text);
});

const cassettes = readdirSync('cassettes', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

it.each(cassettes)('%s stays as it is, byte for byte', (name) => {
  const text = readFileSync(join('cassettes', name), 'utf8');
  const { restApiId } = JSON.parse(text) as { restApiId: string };
  const redacted = parseCassetteFile(text, restApiId).map((interaction) => ({
    ...interaction,
    takes: interaction.takes.map((take) => ({ ...take, content: engine.redact(take.content) })),
  }));
  expect(writeCassetteFile(restApiId, redacted)).toBe(text);
});
