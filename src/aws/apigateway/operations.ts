import { withoutSecrets } from '../../secrets.ts';
import { getStages } from './get-stages/get-stages.ts';
import type { Key, Operation } from './operation.ts';
import { splitTarget } from './target.ts';

/** Every operation that restage understands. Another one is another row. */
export const operations: readonly Operation[] = [getStages];

/** What a call asks for. */
export type Identified =
  | {
      readonly name: string;
      readonly operation: Operation;
      readonly key: Key;
      readonly notUnderstood?: never;
    }
  | {
      readonly name: string;
      readonly operation?: never;
      readonly key?: never;
      readonly notUnderstood: string;
    };

/** Says which operation a call is, and its key. */
export function identify(method: string, rawTarget: string): Identified {
  const target = splitTarget(rawTarget);
  for (const operation of operations) {
    const found = operation.identify(method, target);
    if (found === undefined) continue;
    if ('notUnderstood' in found) return { name: operation.name, notUnderstood: found.notUnderstood };
    return { name: operation.name, operation, key: found };
  }
  return {
    name: `${method} ${withoutSecrets(target.path)}`,
    notUnderstood: `only ${operations.map(({ name }) => name).join(', ')} can be recorded`,
  };
}

/** The operation of that name, if restage understands one. */
export function findOperation(name: string): Operation | undefined {
  return operations.find((operation) => operation.name === name);
}
