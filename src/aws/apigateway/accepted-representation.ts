import Negotiator from 'negotiator';
import type { Representation } from '../../call.ts';
import type { Operation } from './operation.ts';

const HAL = 'application/hal+json';
const JSON_TYPE = 'application/json';
/** A charset and the like says nothing of which of the two is wanted, and would match neither. */
const PARAMETER = /;(?!\s*q\s*=)[^,;]*/gi;

/**
 * The representation that an `Accept` asks for: plain when it prefers `application/json`, HAL for all else, as the
 * service does. [real recordings; for wildcards inferred]
 */
export function acceptedRepresentation(accept: string | undefined): Representation {
  // What every SDK sends, and what curl does: no need to weigh them.
  if (accept === JSON_TYPE) return 'json';
  if (accept === undefined || accept === '*/*') return 'hal';
  return new Negotiator({ headers: { accept: accept.replace(PARAMETER, '') } }).mediaType([
    HAL,
    JSON_TYPE,
  ]) === JSON_TYPE
    ? 'json'
    : 'hal';
}

/** The representation that a call of the operation gets: what has no HAL is plain whatever `Accept` says. */
export function representationFor(
  operation: Pick<Operation, 'hasHal'> | undefined,
  accept: string | undefined,
): Representation {
  return operation?.hasHal === false ? 'json' : acceptedRepresentation(accept);
}
