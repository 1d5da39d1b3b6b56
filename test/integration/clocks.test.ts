import { type RequestListener, request } from 'node:http';
import { createRequire } from 'node:module';
import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import type APIGatewayV2Sdk from 'aws-sdk/clients/apigateway.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type RestageOptions, startRestage } from '../../src/index.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { type StandInOptions, sample } from '../support/stand-in.ts';
import { startUpstream } from '../support/upstream.ts';

const target = `/restapis/${sample.rich}/stages`;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => Date.now() - ms;

/** How far clocks are ahead of the one of this process, which is the clients'. */
interface Clocks {
  readonly restage?: number;
  readonly service: number;
}

/** restage and a service by their clocks, what the service made of each call, and what restage warned of. */
async function startBy(
  { restage: ownMs = 0, service: serviceMs }: Clocks,
  options: RestageOptions = {},
  service: Omit<StandInOptions, 'now'> = {},
) {
  const upstream = await startService({ now: () => Date.now() + serviceMs, ...service });
  const warnings: string[] = [];
  const restage = await startRestage(
    'passthrough',
    { port: 0, dir: await temporaryFolder(), upstream: upstream.url, ...options },
    {
      onWarning: (warning) => warnings.push(warning),
      clock: { now: () => Date.now() + ownMs, elapsed: () => performance.now(), sleep: async () => {} },
    },
  );
  onTestFinished(() => restage.close());
  const url = ownMs === 0 ? restage.url : await startUpstream(dateAnswers(restage.port, ownMs));
  const dated = (): string[] => upstream.calls.map(({ refusal }) => refusal?.type ?? 'accepted');
  return { restage, url, upstream, warnings, dated };
}

/** What Node.js dates answers by cannot be moved: passes calls on, and dates what restage says itself by its clock. */
function dateAnswers(port: number, ownMs: number): RequestListener {
  return (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({ port, method, path: url, headers }, (answer) => {
      const isOwn = answer.headers['x-restage-outcome'] === 'refused';
      const date = isOwn ? { date: new Date(Date.now() + ownMs).toUTCString() } : {};
      outgoing.writeHead(answer.statusCode ?? 0, { ...answer.headers, ...date });
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  };
}

/** Asks a client for the number of stages, as often as it is called. */
type Ask = () => Promise<unknown>;

const clients: Readonly<Record<string, (url: string) => Ask>> = {
  'JavaScript v3': (endpoint) => {
    const client = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials });
    onTestFinished(() => client.destroy());
    return async () => (await client.send(new GetStagesCommand({ restApiId: sample.rich }))).item?.length;
  },
  'JavaScript v2': (endpoint) => {
    process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
    const APIGateway = createRequire(import.meta.url)('aws-sdk/clients/apigateway') as typeof APIGatewayV2Sdk;
    const client = new APIGateway({ endpoint, region: 'us-east-1', credentials, correctClockSkew: true });
    return async () => (await client.getStages({ restApiId: sample.rich }).promise()).item?.length;
  },
  'a client that learns nothing': (url) => async () => {
    const answer = await sendSigned(url, { target, credentials });
    return answer.status === 200 ? 3 : answer.text;
  },
};

describe('on machines whose clocks differ', () => {
  // By how many hours restage's is ahead of the client's, and the service's.
  test.each([
    ['JavaScript v3', 'client and restage are behind', 0, 3],
    ['JavaScript v3', 'client and restage are ahead', 0, -3],
    ['JavaScript v3', 'the client is behind', 3, 3],
    ['JavaScript v3', 'restage is behind', -3, 0],
    ['JavaScript v3', 'no two are alike', -3, 5],
    ['JavaScript v2', 'client and restage are behind', 0, 3],
    ['JavaScript v2', 'the client is ahead', -3, -3],
    ['JavaScript v2', 'restage is ahead', 3, 0],
    ['JavaScript v2', 'no two are alike', 3, -5],
    ['a client that learns nothing', 'client and restage are behind', 0, 3],
    ['a client that learns nothing', 'client and restage are ahead', 0, -3],
  ])('%s gets its answers where %s', async (client, _, ownHours, serviceHours) => {
    const clocks = { restage: ownHours * HOUR, service: serviceHours * HOUR };
    const { url, dated, warnings } = await startBy(clocks);
    const ask = clients[client]?.(url);

    expect([await ask?.(), await ask?.(), await ask?.()]).toEqual([3, 3, 3]);
    const learned = ownHours === serviceHours ? [] : ['InvalidSignatureException'];
    expect(dated()).toEqual([...learned, 'accepted', 'accepted', 'accepted']);
    expect(warnings).toHaveLength(learned.length);
  });

  test('calls that come at once are all signed anew, and the user is told once', async () => {
    const { restage, dated, warnings } = await startBy({ service: 2 * HOUR + 60_000 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => sendSigned(restage.url, { target, credentials })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(dated().filter((each) => each === 'accepted')).toHaveLength(8);
    expect(warnings).toEqual([
      "This machine's clock is 121 minutes behind the service's: calls are signed by the service's. Set it right.",
    ]);
  });

  test('a call that writes is carried out once', async () => {
    const { restage, upstream, dated } = await startBy({ service: -HOUR });
    const body = '{"restApiId":"x"}';
    await sendSigned(restage.url, { method: 'DELETE', target, credentials, body });

    expect(dated()).toEqual(['InvalidSignatureException', 'accepted']);
    expect(upstream.calls.map((call) => call.body.toString())).toEqual([body, body]);
  });
});

describe('an answer that refuses a signature is passed on as it is', () => {
  test('when the time was right, and the key was not', async () => {
    const known = [{ ...credentials, secretAccessKey: 'another' }] as const;
    const { restage, dated, warnings } = await startBy({ service: 0 }, {}, { credentials: known });

    expect((await sendSigned(restage.url, { target, credentials })).status).toBe(403);
    expect(dated()).toEqual(['InvalidSignatureException']);
    expect(warnings).toEqual([]);
  });

  test('when it was refused again, at the time that it said', async () => {
    const known = [{ ...credentials, secretAccessKey: 'another' }] as const;
    const { restage, dated } = await startBy({ service: HOUR }, {}, { credentials: known });

    expect((await sendSigned(restage.url, { target, credentials })).status).toBe(403);
    expect(dated()).toEqual(['InvalidSignatureException', 'InvalidSignatureException']);
  });

  test.each([2 * DAY, -2 * DAY])('when it says a time %d ms away, which nobody believes', async (offset) => {
    const { restage, dated, warnings } = await startBy({ service: offset });

    expect((await sendSigned(restage.url, { target, credentials })).status).toBe(403);
    expect(dated()).toEqual(['InvalidSignatureException']);
    expect(warnings).toEqual([]);
  });
});

describe('a call whose signature is kept', () => {
  const host = 'apigateway.us-east-1.amazonaws.com';
  const askKept = async (port: number, date: number) => {
    const signed = signedHeaders(`http://${host}`, { target, credentials, date });
    return sendRaw(port, requestHead(`GET http://${host}${target}`, signed));
  };

  test.each([3 * HOUR, -3 * HOUR])(
    'is not judged by the clock here, which is %d ms off, but by the service',
    async (offset) => {
      const { restage, dated } = await startBy({ service: offset });

      expect(await askKept(restage.port, ago(-offset))).toMatch(/^HTTP\/1\.1 200 /);
      expect(await askKept(restage.port, ago(0))).toMatch(/^HTTP\/1\.1 403 /);
      expect(dated()).toEqual(['accepted', 'InvalidSignatureException']);
    },
  );
});

test('a signature is judged by the clock here until the service tells another time, and by both then', async () => {
  const { restage } = await startBy({ service: 3 * HOUR });
  const ask = async (date: number) => (await sendSigned(restage.url, { target, credentials, date })).status;

  expect(await ask(ago(-3 * HOUR))).toBe(403);
  expect(await ask(ago(0))).toBe(200);
  expect([
    await ask(ago(-3 * HOUR)),
    await ask(ago(0)),
    await ask(ago(-HOUR)),
    await ask(ago(3 * HOUR)),
  ]).toEqual([200, 200, 403, 403]);
});
