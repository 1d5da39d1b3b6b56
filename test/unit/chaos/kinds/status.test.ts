import { describe, expect, it } from 'vitest';
import { parseFaultObject, parseFaultSpec } from '../../../../src/chaos/parse-rule.ts';
import { answerOf } from '../../../support/victim.ts';

describe('a status', () => {
  it.each([
    [400, 'BadRequestException'],
    [401, 'UnauthorizedException'],
    [403, 'AccessDeniedException'],
    [404, 'NotFoundException'],
    [409, 'ConflictException'],
    [429, 'TooManyRequestsException'],
    [500, 'InternalFailure'],
    [503, 'ServiceUnavailableException'],
  ])('of %i is the error of the service that has it: %s', (code, type) => {
    const answer = answerOf(`status,code=${code}`);
    expect(answer).toMatchObject({ status: code, body: expect.stringMatching(/^\{"message":".+"\}\n$/) });
    expect(answer?.headers.slice(4)).toEqual(['x-amzn-ErrorType', type]);
  });

  it.each([200, 302, 418, 502, 599])('of %i, which the service has not, is a message', (code) => {
    const body = `{"message":"Injected status ${code}"}\n`;
    expect(answerOf(`status,code=${code}`)).toEqual({
      status: code,
      headers: ['Content-Type', 'application/json', 'Content-Length', String(body.length)],
      body,
    });
  });

  it.each([
    ['<html>Bad Gateway</html>', 'text/html', 24],
    ['{"a":1}', 'application/json', 7],
    [' [1]', 'application/json', 4],
    ['no healthy upstream', 'text/plain; charset=utf-8', 19],
    ['é\r\nSet-Cookie: x=1', 'text/plain; charset=utf-8', 19],
  ])('has the body %j as it is given, as %s', (body, type, length) => {
    const answer = answerOf(`status,code=503,body=${body}`);
    expect(answer?.headers).toEqual(['Content-Type', type, 'Content-Length', String(length)]);
    expect(Buffer.from(answer?.body ?? '', 'latin1').toString()).toBe(body);
  });

  it.each<[number, string[]]>([
    [204, []],
    [304, []],
    [205, ['Content-Length', '0']],
  ])('of %i has no body', (code, headers) => {
    expect(answerOf(`status,code=${code}`)).toEqual({ status: code, headers, body: '' });
    expect(() => parseFaultSpec(`status,code=${code},body=x`)).toThrow(
      `an answer with status ${code} has no body. Leave 'body' out.`,
    );
  });

  it.each([
    ['status', "'code' takes a whole number"],
    ['status,code=199', "'code' takes a number of 200 or more"],
    ['status,code=600', "'code' takes a number up to 599"],
    ['status,code=429.5', "'code' takes a whole number"],
    ['status,code=429,body=', "'body' has no value"],
  ])('%s is refused: %s', (spec, reason) => {
    expect(() => parseFaultSpec(spec)).toThrow(reason);
  });

  it('takes a body with commas from an object', () => {
    const { parameters } = parseFaultObject({ kind: 'status', code: 502, body: '{"a":1,"b":2}' });
    expect(parameters).toEqual({ code: 502, body: '{"a":1,"b":2}' });
    expect(() => parseFaultObject({ kind: 'status', code: 502, body: {} })).toThrow(
      "'body' takes the text of the body",
    );
  });
});
