/** What nobody should find in a cassette: a text as it is found in the field, and the part of it that must not stay. */
export interface Planted {
  readonly what: string;
  readonly text: string;
  readonly secret: string;
  /** The rule that takes it out. */
  readonly rule: string;
}

const letters = (length: number) => 'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z'.repeat(10).slice(0, length);
const hex = (length: number) => '0f1e2d3c4b5a69788796a5b4c3d2e1f0'.repeat(4).slice(0, length);
const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET_KEY = 'wJalrXUtnFEMIpK7MDENGpbPxRfiCYEXAMPLEKEY';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const BODY = `MIIEpAIBAAKCAQEA${letters(200)}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const pem = (label: string) => `-----BEGIN ${label}-----\n${BODY}\n-----END ${label}-----`;

function of(
  rule: string,
  rows: ReadonlyArray<readonly [what: string, text: string, secret?: string]>,
): Planted[] {
  return rows.map(([what, text, secret = text]) => ({ what, text, secret, rule }));
}

/** Secrets that are known by their form, wherever they stand. */
export const plantedSecrets: readonly Planted[] = [
  ...of('access-keys', [
    ['an access key id', KEY_ID],
    ['a temporary access key id', 'ASIAIOSFODNN7EXAMPLE'],
    ['an access key id in a sentence', `signed with ${KEY_ID}.`, KEY_ID],
    ['a pair of keys', `${KEY_ID}:${SECRET_KEY}`, KEY_ID],
    ['a secret access key', SECRET_KEY],
    ['the value of an API key', letters(40)],
    ['a session token', `IQoJb3JpZ2luX2VjE${letters(200)}`],
  ]),
  ...of('jwts', [
    ['a JWT', JWT],
    ['a JWT in a sentence', `use ${JWT} for now`, JWT],
    ['a JWE', `eyJhbGciOiJSU0EifQ.${letters(40)}.${letters(16)}.${letters(60)}.${letters(22)}`],
  ]),
  ...of('private-keys', [
    ['an RSA key', pem('RSA PRIVATE KEY'), BODY],
    ['a PKCS#8 key', pem('PRIVATE KEY'), BODY],
    ['an encrypted key', pem('ENCRYPTED PRIVATE KEY'), BODY],
    ['an EC key', pem('EC PRIVATE KEY'), BODY],
    ['an OpenSSH key', pem('OPENSSH PRIVATE KEY'), BODY],
    ['a PGP key', pem('PGP PRIVATE KEY BLOCK'), BODY],
    ['an old PGP key', pem('PGP SECRET KEY BLOCK'), BODY],
    [
      'an SSH2 key',
      `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${BODY}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
      BODY,
    ],
    ['a key on one line', pem('RSA PRIVATE KEY').replaceAll('\n', ' '), BODY],
    ['a key whose line breaks are escaped', pem('RSA PRIVATE KEY').replaceAll('\n', '\\n'), BODY],
    ['a key without its end', `-----BEGIN RSA PRIVATE KEY-----\n${BODY}`, BODY],
    ['a key in Base64', base64(pem('RSA PRIVATE KEY'))],
    ['a PuTTY key', `PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\n${BODY}`, BODY],
  ]),
  ...of('url-passwords', [
    ['a password in a URL', 'https://me:hunter2@example.com/x', 'hunter2'],
    ['a password in a database URL', 'postgres://app:hunter2@db.internal:5432/orders', 'hunter2'],
    ['a password with a slash', 'postgres://app:hun/ter2@db.internal/orders', 'hun/ter2'],
    ['a password with slashes and an at', 'amqp://app:h/u@n/ter2@mq/v', 'ter2'],
    ['a password with a question mark', 'https://me:hun?ter2@example.com', 'ter2'],
    ['a password without a user', 'redis://:hunter2@cache:6379', 'hunter2'],
    ['a password behind a long user', `https://${'u'.repeat(200)}:hunter2@h`, 'hunter2'],
    ['a password in upper case', 'HTTPS://ME:HUNTER2@EXAMPLE.COM', 'HUNTER2'],
    ['a password that is percent-encoded', 'mongodb://app:hunt%40r%2F2@db', 'hunt%40r%2F2'],
    ['a URL that is percent-encoded', 'next=https%3A%2F%2Fme%3Ahunter2%40example.com', 'hunter2'],
    ['a URL that is encoded twice', 'next=https%253A%252F%252Fme%253Ahunter2%2540example.com', 'hunter2'],
  ]),
  ...of('authorizations', [
    ['a bearer token', 'Bearer 3f9a7c2e81d04b6f', '3f9a7c2e81d04b6f'],
    ['a header with a bearer token', 'X-Auth: bearer aBcDeFgHiJkL', 'aBcDeFgHiJkL'],
    ['basic credentials', `Basic ${base64('me:hunter2')}`, base64('me:hunter2')],
    ['a token header', `Forward: Token ${hex(40)}`, hex(40)],
  ]),
  ...of('signed-urls', [
    [
      'a SAS URL',
      `https://acct.blob.core.windows.net/c/b?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig=${letters(43)}%3D`,
      letters(43),
    ],
    [
      'a presigned URL',
      `https://b.s3.amazonaws.com/k?X-Amz-Date=20261122T000000Z&X-Amz-Signature=${hex(64)}`,
      hex(64),
    ],
    ['a signed URL of Google', `https://storage.googleapis.com/b/k?X-Goog-Signature=${hex(64)}`, hex(64)],
    ['a SAS of a bus', `SharedAccessSignature sr=bus&sig=${letters(43)}&se=1800000000&skn=send`, letters(43)],
    ['the key of a function', `https://f.azurewebsites.net/api/x?code=${letters(54)}==`, letters(54)],
  ]),
  ...of('hook-urls', [
    ['a Slack hook', `https://hooks.slack.com/triggers/T00000000/B00000000/${letters(24)}`, letters(24)],
    ['a Slack workflow', `https://hooks.slack.com/workflows/T0000/A0000/1234/${letters(24)}`, letters(24)],
    ['a Discord hook', `https://discord.com/api/webhooks/123456789/${letters(68)}`, letters(68)],
    [
      'a Teams hook',
      `https://corp.webhook.office.com/webhookb2/${hex(32)}@t/IncomingWebhook/${hex(32)}/x`,
      hex(32),
    ],
    ['a Telegram bot', `https://api.telegram.org/bot123456789:AA${letters(33)}/sendMessage`, letters(33)],
    ['a Chime hook', `https://hooks.chime.aws/incomingwebhooks/${hex(32)}`, hex(32)],
  ]),
  ...of('tokens', [
    ['a GitHub token', `ghp_${letters(36)}`],
    ['a GitHub token of another length', `ghs_${letters(30)}`],
    ['a fine-grained GitHub token', `github_pat_${letters(82)}`],
    [
      'a token behind a comment for secretlint',
      `secretlint-disable-line\nnpm_${letters(36)}`,
      `npm_${letters(36)}`,
    ],
    ['a GitLab token', `glpat-${letters(20)}`],
    ['a Slack token', `xoxb-123456789012-1234567890123-${letters(24)}`],
    ['an incoming hook of Slack', `https://hooks.slack.com/services/T00000000/B00000000/${letters(24)}`],
    ['a Stripe key', `sk_live_${letters(24)}`],
    ['a short Stripe key', 'sk_live_4eC39HqLyjWD'],
    ['an npm token', `npm_${letters(36)}`],
    ['a SendGrid key', `SG.${letters(22)}.${letters(43)}`],
    ['a Shopify token', `shpat_${hex(32)}`],
    ['an Anthropic key', `sk-ant-api03-${letters(93)}AA`],
    ['a Docker token', `dckr_pat_${letters(27)}`],
    ['a Vault token', `hvs.${letters(95)}`],
    ['a Databricks token', `dapi${hex(32)}`],
    ['a Google API key', `AIza${letters(35)}`],
    ['a Hugging Face token', `hf_${'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'}`],
  ]),
  ...of('secret-fields', [
    ['a fixed header of an integration', `{"integration.request.header.X-Origin":"'hunter2'"}`, 'hunter2'],
  ]),
  ...of('secret-names', [
    ['a connection string', 'Server=db;Database=x;User Id=app;Password=hunter2;Encrypt=true', 'hunter2'],
    ['a connection string with a blank', 'Server=db;Password=hunter2 swordfish;', 'swordfish'],
    ['a short connection string', 'Data Source=db;Uid=app;Pwd=hunter2', 'hunter2'],
    ['a connection string of libpq', 'host=db user=app password=hunter2 sslmode=require', 'hunter2'],
    [
      'a storage account',
      `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${letters(86)}==`,
      letters(86),
    ],
    ['a variable of a shell', 'export DB_PASS=hunter2', 'hunter2'],
    ['a query', 'https://example.com/x?user=me&api_key=hunter2&page=1', 'hunter2'],
    ['a query that is percent-encoded', 'https%3A%2F%2Fexample.com%2F%3Ftoken%3Dhunter2', 'hunter2'],
    ['a sentence', 'the password: hunter2 for all', 'hunter2'],
    ['a line', 'user: me\npassphrase: swordfish\n', 'swordfish'],
    ['an API key in words', 'API key: k3y-for-all', 'k3y-for-all'],
    ['an option', 'mysql --user app --password hunter2', 'hunter2'],
    ['an option with a sign', 'curl --token="hunter2" x', 'hunter2'],
    ['an element', '<user>me</user><password>hunter2</password>', 'hunter2'],
    ['a part of JSON', '… "clientSecret" : "hunter2", …', 'hunter2'],
    ['a part of JSON in a string', '{\\"signing_key\\":\\"hunter2\\"', 'hunter2'],
    ['JSON', '{"user":"me","db":{"pass":"hunter2"}}', 'hunter2'],
    ['JSON with all below a name', '{"credentials":{"user":["hunter2"]}}', 'hunter2'],
    ['JSON with a number', '{"passcode": 48151623}', '48151623'],
    ['JSON in JSON', JSON.stringify({ config: JSON.stringify({ accessKey: 'hunter2' }) }), 'hunter2'],
    ['JSON with names as values', '[{"Key":"DB_PASS","Value":"hunter2"}]', 'hunter2'],
    ['JSON with values before names', '[{"value":"hunter2","name":"dbPwd"}]', 'hunter2'],
    ['JSON with an escape in the name', '{"pass\\u0077ord":"hunter2"}', 'hunter2'],
    ['JSON in Base64', base64('{"password":"hunter2"}')],
  ]),
];

/** Names whose values are secrets, whatever they are. */
export const secretNames: readonly string[] = [
  'secret',
  'MY_SECRET',
  'dbPassword',
  'PASSWD',
  'token',
  'accessToken2',
  'apiKey',
  'api_key',
  'API-KEY',
  'x-api.key',
  'privateThing',
  'aws_credentials',
  'DB_PASS',
  'dbPwd',
  'passphrase',
  'accessKey',
  'signing_key',
  'signingKey',
  'pass',
  'PASS2',
  'smtp.pw',
  'encryptionKey',
  'MASTER_KEY',
  'webhookKey',
  'client-secret',
  'vault.secret_id',
  'ssh_key',
  'jwt',
  'HMAC',
  'authorization',
  'redisAuthKey',
  'connection_string',
  'licenseKey',
  'storageKey',
  'DbCreds',
  'basic-auth',
]; // prettier-ignore

/** Names that say something about a secret, or nothing of one. */
export const harmlessNames: readonly string[] = [
  'key',
  'user',
  'url',
  'keyApi',
  'cacheKey',
  'partitionKey',
  'sort_key',
  'primaryKey',
  'compass',
  'passThrough',
  'tokenTtl',
  'TOKEN_URL',
  'tokenExpirySeconds',
  'secretArn',
  'SECRET_NAME',
  'apiKeySource',
  'apiKeyId',
  'kmsKeyId',
  'privateSubnetIds'.replace('Ids', 's'),
  'passwordPolicy',
  'author',
  'authorizer',
  'monkey',
  'keyboard',
  'basePath',
]; // prettier-ignore
