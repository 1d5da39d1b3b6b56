import { operationNames } from '../aws/apigateway/operations.ts';
import { suggestNames } from '../known-names.ts';
import type { Flaw } from './fault-kind.ts';

/** Which operations a rule looks at, made to be asked by every call. */
export interface OperationPattern {
  /** Names without `*`. */
  readonly exact: ReadonlySet<string>;
  /** What stands around each `*` of the others. */
  readonly patterns: ReadonlyArray<readonly string[]>;
}

/** A name that no operation has: its rule would never fire, and nobody would notice. */
export function findOperationFlaw({ exact }: OperationPattern): Flaw | undefined {
  if (exact.size === 0) return undefined;
  const known = operationNames();
  const unknown = [...exact].find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return {
    reason: `'operation' knows no '${unknown}'`,
    remedy: suggestNames(unknown, known, 'Known operations are'),
  };
}

/** Whether it is one of the operations. A call that is of none that restage knows has no name for a pattern. */
export function isOperationIn({ exact, patterns }: OperationPattern, operation: string): boolean {
  if (exact.has(operation)) return true;
  if (patterns.length === 0 || operation.includes(' ')) return false;
  return patterns.some((parts) => matches(parts, operation));
}

/** By hand: of a regular expression with many `*` the work could grow without end. */
function matches([first = '', ...others]: readonly string[], name: string): boolean {
  const last = others.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
