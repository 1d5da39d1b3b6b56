import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson, writeJson } from '../../../src/json.ts';
import { createEngine } from '../../../src/redaction/engine.ts';

const ID = '111122223333';
const EXAMPLE = '123456789012';
const engine = createEngine([], []);

function redact(value: unknown, with_ = engine): unknown {
  return JSON.parse(writeJson(with_.redact(parseJson(JSON.stringify(value)) as JsonObject)));
}

const described = (description: unknown) => ({ stages: [{ description }] });
const replaced = (text: string) =>
  text.replaceAll(ID, EXAMPLE).replaceAll('1111-2222-3333', '1234-5678-9012');

describe('account ids', () => {
  it.each([
    `arn:aws:logs:us-east-1:${ID}:log-group:x`,
    `arn:aws-cn:iam::${ID}:role/x`,
    `a arn:aws:iam::${ID}:user/x and arn:aws:iam::${ID}:user/y`,
    `arn:aws:apigateway:eu-west-1:lambda:path/x/arn:aws:lambda:eu-west-1:${ID}:function:f`,
    `arn%3Aaws%3Aiam%3A%3A${ID}%3Arole%2Fx`,
    `arn%253Aaws%253Aiam%253A%253A${ID}%253Arole`,
    `{"role":"arn:aws:iam::${ID}:role/x"}`,
    JSON.stringify({ policy: JSON.stringify({ Resource: `arn:aws:iam::${ID}:role/x` }) }),
    `${ID}.dkr.ecr.us-east-1.amazonaws.com/orders:1`,
    `https://${ID}.signin.aws.amazon.com/console`,
    `https://sqs.us-east-1.amazonaws.com/${ID}/orders`,
    `https:\\/\\/sqs.us-east-1.amazonaws.com\\/${ID}\\/orders`,
    `https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F${ID}%2Forders`,
    `https://queue.amazonaws.com.cn/${ID}/orders`,
    `${ID}.ddb.us-east-1.amazonaws.com`,
    `${ID}.s3-control.us-east-1.amazonaws.com`,
    `point-${ID}.s3-accesspoint.us-east-1.amazonaws.com`,
    `logs-${ID}-us-east-1.s3.us-east-1.amazonaws.com`,
    `{"accountId":"${ID}"}`,
    `{"accountId": ${ID}}`,
    `account ${ID}`,
    `AWS_ACCOUNT_ID=${ID}`,
  ])('in %s become the one of the documentation', (text) => {
    expect(redact(described(text))).toEqual(described(replaced(text)));
    expect(redact(described(text), createEngine(['account-ids'], []))).toEqual(described(text));
  });

  it.each([
    ID,
    `call ${ID} now`,
    `arn:aws:logs:us-east-1:${ID}4:x`,
    `arn:aws:s3:::bucket-${ID}`,
    `${ID}:a1b2c3d4e5`,
    `https://example.com/${ID}/x`,
    `${ID}.example.com`,
    '202611222016',
  ])('are not seen in %s', (text) => {
    expect(redact(described(text))).toEqual(described(text));
  });

  it('that one ARN shows are taken out of all of its answer', () => {
    const others = (id: string) => ({
      variables: {
        plain: id,
        [`of-${id}`]: 'x',
        host: `${id}.example.com`,
        bucket: `logs-${id}-eu`,
        dashes: id.replace(/(\d{4})(?=\d)/g, '$1-'),
        encoded: `%20${id}%2F`,
        json: `{"owner": ${id}, "more": "{\\"id\\":\\"${id}\\"}"}`,
        longer: `${ID}4`,
      },
      tags: { [id]: 'x' },
      stageName: `stage-${id}`,
      count: Number(id),
    });
    const of = (id: string) => ({
      stages: [others(id), { webAclArn: `arn:aws:wafv2:us-east-1:${id}:regional/webacl/x` }],
      links: { [`x:${id}`]: { href: `/x/${id}` } },
    });
    expect(redact(of(ID))).toEqual(of(EXAMPLE));
    expect(redact({ stages: [others(ID)] })).toEqual({ stages: [others(ID)] });
  });

  it('of several accounts are all taken out, each where it stands', () => {
    const other = '444455556666';
    expect(redact(described([`arn:aws:iam::${ID}:x`, `arn:aws:iam::${other}:y`, `${other} ${ID}`]))).toEqual(
      described([`arn:aws:iam::${EXAMPLE}:x`, `arn:aws:iam::${EXAMPLE}:y`, `${EXAMPLE} ${EXAMPLE}`]),
    );
  });

  it('in messages become the one of the documentation', () => {
    const of = (id: string) => ({
      error: { type: 'NotFoundException', message: `Invalid API identifier specified ${id}:abc123defg` },
    });
    expect(redact(of(ID))).toEqual(of(EXAMPLE));
  });

  it('that are seen once a secret is taken out are taken out too', () => {
    const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${'c2ln'.repeat(20)}`;
    expect(redact(described([`arn:aws:iam:${jwt}:${ID}:x`, ID]))).toEqual(
      described([`arn:aws:iam:REDACTED:${EXAMPLE}:x`, EXAMPLE]),
    );
  });

  it('that are numbers stay numbers', () => {
    const content = parseJson(`{"stages":[{"accountId":${ID},"rate":10000.0}]}`) as JsonObject;
    expect(writeJson(engine.redact(content))).toBe(`{"stages":[{"accountId":${EXAMPLE},"rate":10000.0}]}`);
  });
});
