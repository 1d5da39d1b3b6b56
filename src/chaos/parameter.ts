import { z } from 'zod';

/** What a rule's parameter may be, from a spec's text or from a file's value. */
export const wholeNumber = z.coerce
  .number('takes a whole number')
  .int('takes a whole number')
  .min(0, 'takes a number of 0 or more')
  .max(1_000_000_000, 'takes a number up to 1000000000');

export const positiveNumber = wholeNumber.min(1, 'takes a number of 1 or more');

export const milliseconds = z.coerce
  .number('takes a number of milliseconds')
  .min(0, 'takes a number of 0 or more')
  .max(600_000, 'takes at most 600000 (10 minutes)');

export const chance = z.coerce
  .number('takes a number from 0 to 1')
  .min(0, 'takes a number from 0 to 1')
  .max(1, 'takes a number from 0 to 1');
