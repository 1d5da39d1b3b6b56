import * as z from 'zod';
import { checkExpectation, parseExpectation } from '../retries/expectation.ts';
import { describeRetries } from '../retries/report.ts';
import { type ControlRequest, readQuery } from './request.ts';

const expectation = { expect: z.string('is an expectation, as attempts<=3') };

/** What clients tried again, how long they waited, and how it ended. */
export function showRetries({ session }: ControlRequest): object {
  return describeRetries(session.retries);
}

/** Whether clients did so far what is expected of them, in the words of `--expect`. */
export function checkRetries({ call, session }: ControlRequest): object {
  const { expect } = readQuery(call, expectation);
  return checkExpectation(parseExpectation(expect), session.retries);
}
