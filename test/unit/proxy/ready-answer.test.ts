import { describe, expect, it } from 'vitest';
import { plannedRendering } from '../../../src/aws/apigateway/planned-answer.ts';
import { headerEntries } from '../../../src/call.ts';
import { CallError } from '../../../src/errors.ts';
import { readyAnswer, readyError, toAnswer } from '../../../src/proxy/ready-answer.ts';

let count = 0;
const ids = {
  requestId: () => {
    count += 1;
    return `request ${count}`;
  },
  apiGatewayId: () => `gateway ${count}`,
};

describe('an answer', () => {
  it('has the type, the length in bytes and the outcome', () => {
    const ready = readyAnswer(
      plannedRendering(200, { contentType: 'application/hal+json', body: '"☃"\n' }),
      'replayed',
    );
    expect(ready.status).toBe(200);
    expect(Object.fromEntries(headerEntries(ready.headers))).toEqual({
      'Content-Type': 'application/hal+json',
      'Content-Length': '6',
      'x-restage-outcome': 'replayed',
    });
    expect(Buffer.from(ready.body, 'latin1').toString()).toBe('"☃"\n');
  });

  it('has fresh ids each time, and leaves what was made ready as it is', () => {
    const ready = readyAnswer(
      plannedRendering(200, { contentType: 'application/json', body: '{}' }),
      'replayed',
    );
    const before = [...ready.headers];
    const [one, two] = [toAnswer(ready, ids), toAnswer(ready, ids)].map(({ headers }) =>
      Object.fromEntries(headerEntries(headers)),
    );
    expect(one).toMatchObject({ 'Content-Type': 'application/json', 'x-restage-outcome': 'replayed' });
    expect(one?.['x-amzn-RequestId']).toMatch(/^request \d$/);
    expect(one?.['x-amz-apigw-id']).toMatch(/^gateway \d$/);
    expect(two?.['x-amzn-RequestId']).not.toBe(one?.['x-amzn-RequestId']);
    expect(ready.headers).toEqual(before);
  });
});

describe('an error', () => {
  it("is in the service's shape, the type in a header and not in the body", () => {
    const ready = readyError(
      { status: 429, type: 'TooManyRequestsException', message: 'Too Many Requests' },
      'faulted',
      ['Retry-After', '2'],
    );
    expect(ready.status).toBe(429);
    expect(String(ready.body)).toBe('{"message":"Too Many Requests"}\n');
    expect(Object.fromEntries(headerEntries(ready.headers))).toEqual({
      'Content-Type': 'application/json',
      'Content-Length': '32',
      'x-amzn-ErrorType': 'TooManyRequestsException',
      'x-restage-outcome': 'faulted',
      'Retry-After': '2',
    });
  });

  it("of restage's own keeps what a message may hold out of the headers", () => {
    const ready = readyError(new CallError('RecordingNotFoundException', 'a\r\nb: ☃'), 'missed');
    expect(ready.status).toBe(400);
    expect(JSON.parse(Buffer.from(ready.body, 'latin1').toString())).toEqual({ message: 'a\r\nb: ☃' });
    expect(ready.headers.join()).not.toMatch(/[\r\n☃]/);
    expect(ready.headers[ready.headers.indexOf('Content-Length') + 1]).toBe(
      String(Buffer.byteLength(ready.body, 'latin1')),
    );
  });
});
