import { z } from 'zod';

/** A number, or the decimal text of one. Coercion would take `0x10`, an empty list and blanks for numbers, too. */
function decimal(message: string) {
  const text = z
    .string()
    .regex(/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i, message)
    .transform(Number);
  return z.union([z.number(), text], message);
}

function wholeNumberFrom(min: number) {
  const message = 'takes a whole number';
  return decimal(message).pipe(
    z
      .number(message)
      .int(message)
      .min(min, `takes a number of ${min} or more`)
      .max(1_000_000_000, 'takes a number up to 1000000000'),
  );
}

/** What a rule's parameter may be, from a spec's text or from a file's value. */
export const wholeNumber = wholeNumberFrom(0);

export const positiveNumber = wholeNumberFrom(1);

export const milliseconds = decimal('takes a number of milliseconds').pipe(
  z
    .number('takes a number of milliseconds')
    .min(0, 'takes a number of 0 or more')
    .max(600_000, 'takes at most 600000 (10 minutes)'),
);

export const chance = decimal('takes a number from 0 to 1').pipe(
  z
    .number('takes a number from 0 to 1')
    .min(0, 'takes a number from 0 to 1')
    .max(1, 'takes a number from 0 to 1'),
);
