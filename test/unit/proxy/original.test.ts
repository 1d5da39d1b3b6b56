import { describe, expect, it } from 'vitest';
import { getStages } from '../../../src/aws/apigateway/get-stages/get-stages.ts';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { plannedRendering } from '../../../src/aws/apigateway/planned-answer.ts';
import type { Interaction, Take } from '../../../src/cassette/format.ts';
import type { Order } from '../../../src/cassette/order.ts';
import { Player } from '../../../src/cassette/player.ts';
import type { JsonObject } from '../../../src/json.ts';
import { originalOf } from '../../../src/proxy/original.ts';
import { SentValues } from '../../../src/sessions/sent-values.ts';

const TARGET = '/restapis/a1b2c3d4e5/stages';
const KEY = getStages.keyOf('a1b2c3d4e5', {});

function take(content: JsonObject, parts: Partial<Take> = {}): Take {
  const [representation, recordedAt] = ['json', '2026-02-03T04:05:06Z'] as const;
  return { status: 200, representation, region: 'us-east-1', recordedAt, times: 1, at: 0, content, ...parts };
}

const listing = (...names: string[]) => take({ stages: names.map((stageName) => ({ stageName })) });

const NOT_FOUND = take({ error: { type: 'NotFoundException', message: 'no' } }, { status: 404 });

/** What a call is looked at with, and a function that plays the take whose turn it is. */
function recorded(
  takes: readonly Take[],
  {
    target = TARGET,
    order = 'sequence' as Order,
    accept = 'application/json',
    sent = new SentValues(() => {}),
  } = {},
) {
  const interaction: Interaction = { key: KEY, operation: getStages, takes };
  const player = new Player(order, { prepare: plannedRendering });
  const asking = {
    call: { accept, target },
    session: { player, sent },
    asked: identify('GET', target),
    region: 'us-east-1',
  };
  return {
    original: originalOf(asking, takes.length > 0 ? interaction : undefined),
    play: () => player.play(interaction, 'us-east-1', 'json'),
  };
}

describe('what a call would have been answered with', () => {
  it('is the take whose turn it is, which is not used up', () => {
    const { original, play } = recorded([listing('a'), listing('b')]);
    expect(original.answer().body).toBe('{"item":[{"stageName":"a"}]}\n');
    expect(original.answer()).toEqual(play());
    expect(original.answer().body).toBe('{"item":[{"stageName":"b"}]}\n');
  });

  it('is written as the call asks for it', () => {
    const { original } = recorded([listing('a')], { accept: 'application/hal+json' });
    expect(original.answer().headers.slice(0, 2)).toEqual(['Content-Type', 'application/hal+json']);
    expect(original.altered({ type: 'empty' })?.headers[1]).toBe('application/hal+json');
  });

  it('is an error where one was recorded', () => {
    expect(recorded([NOT_FOUND]).original.answer()).toMatchObject({
      status: 404,
      headers: expect.arrayContaining(['x-amzn-ErrorType', 'NotFoundException']),
      body: '{"message":"no"}\n',
    });
  });

  it('is an empty listing where nothing is recorded, or all is used up', () => {
    expect(recorded([]).original.answer()).toMatchObject({ status: 200, body: '{"item":[]}\n' });
    const { original, play } = recorded([listing('a')], { order: 'strict' });
    play();
    expect(original.answer().body).toBe('{"item":[]}\n');
  });

  it('is an empty object for an operation that is not understood', () => {
    const { original } = recorded([], { target: '/restapis/' });
    expect(original.answer()).toMatchObject({ status: 200, body: '{}\n' });
    expect(original.earlier(1)).toBeUndefined();
    expect(original.altered({ type: 'empty' })).toBeUndefined();
  });
});

describe('an earlier answer', () => {
  it('is that of a take before, where there is one', () => {
    const { original, play } = recorded([listing('a'), NOT_FOUND, listing('c')]);
    expect(original.earlier(1)).toBeUndefined();
    play();
    play();
    expect(original.earlier(1)).toMatchObject({ status: 404 });
    expect(original.earlier(2)?.body).toBe('{"item":[{"stageName":"a"}]}\n');
    expect(original.earlier(3)).toBeUndefined();
  });
});

it('an answer has what this client has sent and redaction took out, whatever a fault makes of it', () => {
  const sent = new SentValues(() => {});
  const variables = (token: string) => ({ stageName: 'a', variables: { token } });
  sent.learn(
    KEY,
    { body: variables('s3cret') },
    { body: variables('REDACTED') },
    { document: { stageName: 'a' } },
  );
  const takes = [take({ stages: [variables('REDACTED')] }), listing('b')];
  const { original, play } = recorded(takes, { sent });
  expect(original.answer().body).toContain('s3cret');
  expect(original.altered({ type: 'remove-field', item: 'a', field: 'stageName' })?.body).toContain('s3cret');
  play();
  expect(original.earlier(1)?.body).toContain('s3cret');
});

describe('an altered answer', () => {
  it('is the recorded one, altered', () => {
    const { original } = recorded([listing('a', 'b')]);
    expect(original.altered({ type: 'drop', item: 'a' })).toEqual({
      status: 200,
      headers: ['Content-Type', 'application/json', 'Content-Length', '29'],
      body: '{"item":[{"stageName":"b"}]}\n',
    });
  });

  it.each<[string, Take[]]>([
    ['nothing is recorded', []],
    ['an error is recorded', [NOT_FOUND]],
    ['no such stage is recorded', [listing('b')]],
  ])('is nothing when %s', (_, takes) => {
    expect(recorded(takes).original.altered({ type: 'drop', item: 'a' })).toBeUndefined();
  });
});

describe('a thing', () => {
  it.each([
    [TARGET, 'prod', true],
    [TARGET, 'beta', false],
    [`${TARGET}/beta`, 'beta', true],
    [`${TARGET}/beta?x=1`, 'beta', true],
    [`${TARGET}/beta/cache/data`, 'beta', true],
    [`${TARGET}/b%65ta`, 'beta', true],
    [`${TARGET}/beta`, 'prod', false],
    [`${TARGET}/%ff`, '%ff', false],
    ['/restapis', 'prod', false],
    ['/restapis/a1b2c3d4e5', 'a1b2c3d4e5', true],
    [TARGET, 'a1b2c3d4e5', true],
    [TARGET, 'stages', false],
    [TARGET, 'restapis', false],
    ['/restapis/keys/stages', 'stages', false],
    [`${TARGET}/beta/cache/data`, 'data', false],
    [`${TARGET}/beta/cache/data`, 'cache', false],
    [`${TARGET}/routes/cache/data`, 'cache', false],
    [`${TARGET}/routes/cache/data`, 'routes', true],
    [`${TARGET}?stages=beta`, 'beta', false],
    ['/restapis/a1/resources/r1/methods/GET', 'GET', true],
    ['/restapis/a1/resources/r1/methods/GET', 'r1', true],
    ['/restapis/a1/resources/r1/methods/GET', 'methods', false],
    ['/restapis/a1/resources/r1/methods/GET/integration/responses/200', '200', true],
    ['/restapis/a1/resources/r1/methods/GET/integration/responses/200', 'responses', false],
    ['/restapis/a1/documentation/parts/p1', 'p1', true],
    ['/restapis/a1/documentation/parts/p1', 'parts', false],
    ['/domainnames/api.example.com', 'api.example.com', true],
    ['/domainnames/api.example.com/basepathmappings/%28none%29', '(none)', true],
    ['/tags/arn%3Aaws%3Aapigateway%3A%3A%2Frestapis%2Fa1', 'arn:aws:apigateway::/restapis/a1', true],
    ['/tags/arn%3Aaws%3Aapigateway%3A%3A%2Frestapis%2Fa1', 'a1', false],
    ['/v2/apis/a1/routes/r1', 'r1', true],
    ['/v2/apis/a1/routes/r1', 'v2', false],
    ['/v2/apis/a1/stages/%24default', '$default', true],
    ['/account', 'account', false],
  ])('is what the call %s is about when it names it or lists it: %s', (target, name, isMeant) => {
    const takes = target === TARGET ? [listing('prod')] : [];
    expect(recorded(takes, { target }).original.hasItem(name)).toBe(isMeant);
  });
});
