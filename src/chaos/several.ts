import * as z from 'zod';
import { faultBounds } from '../bounds.ts';

/** One or several names: a text that has `|` between them, or a list. No name is empty. */
export function severalOf(message: string) {
  const name = z.string(message).trim().min(1, message);
  return z
    .union([z.string(), z.array(z.string())], message)
    .transform((given) => (typeof given === 'string' ? given.split('|') : given))
    .pipe(
      z
        .array(name, message)
        .min(1, message)
        .max(faultBounds.scopeNames, `takes up to ${faultBounds.scopeNames} names`),
    );
}
