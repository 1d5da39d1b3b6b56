import * as z from 'zod';

/** A number, or the decimal text of one. Coercion would take `0x10`, an empty list and blanks for numbers, too. */
export function decimal(message: string) {
  const text = z
    .string()
    .regex(/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i, message)
    .transform(Number);
  return z.union([z.number(), text], message);
}

const MAX_WHOLE_NUMBER = 1_000_000_000;

/** A whole number of the range, from a spec's text or from a file's value. */
export function wholeNumberBetween(minimum: number, maximum: number) {
  const message = 'takes a whole number';
  return decimal(message)
    .pipe(
      z
        .number(message)
        .int(message)
        .min(minimum, `takes a number of ${minimum} or more`)
        .max(maximum, `takes a number up to ${maximum}`),
    )
    .meta({ minimum, maximum });
}

/** A number of the range, from a spec's text or from a file's value. */
export function numberBetween(minimum: number, maximum: number) {
  const message = `takes a number from ${minimum} to ${maximum}`;
  return decimal(message)
    .pipe(z.number(message).min(minimum, message).max(maximum, message))
    .meta({ minimum, maximum });
}

/** What a rule's parameter may be, from a spec's text or from a file's value. */
export const wholeNumber = wholeNumberBetween(0, MAX_WHOLE_NUMBER);

export const positiveNumber = wholeNumberBetween(1, MAX_WHOLE_NUMBER);

export const chance = numberBetween(0, 1);

/** The longest wait that can be asked for, in milliseconds: 10 minutes. */
export const MAX_WAIT_MS = 600_000;

export const milliseconds = decimal('takes a number of milliseconds')
  .pipe(
    z
      .number('takes a number of milliseconds')
      .min(0, 'takes a number of 0 or more')
      .max(MAX_WAIT_MS, `takes at most ${MAX_WAIT_MS} (10 minutes)`),
  )
  .meta({ minimum: 0, maximum: MAX_WAIT_MS });

/** A text that is not empty, of a length that nobody needs to exceed. */
export function textOf(what: string, maxLength = 1000) {
  return z
    .string(`takes ${what}`)
    .min(1, `takes ${what}`)
    .max(maxLength, `takes up to ${maxLength} characters`);
}
