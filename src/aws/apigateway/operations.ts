import { withoutSecrets } from '../../secrets.ts';
import { getStages, identifyGetStages } from './get-stages/get-stages.ts';
import type { Key } from './key.ts';
import { identifyModelled } from './model/modelled-key.ts';
import { operationOf } from './model/modelled-operation.ts';
import type { OperationRow } from './model/operation-row.ts';
import { describeNearest, findRowByName, operationNames, route } from './model/router.ts';
import type { Operation } from './operation.ts';
import { splitTarget } from './target.ts';

export { operationNames };

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

/** Says which operation a call is, and its key, as far as method and target tell. */
export function identify(method: string, rawTarget: string): Identified {
  const target = splitTarget(rawTarget);
  const stages = identifyGetStages(method, target);
  if (stages !== undefined) return identified(getStages, stages);
  // HEAD asks for what GET would get.
  const asked = method === 'HEAD' ? 'GET' : method;
  const routed = route(asked, target);
  if (routed !== undefined) return identified(modelled(routed.row), identifyModelled(routed));
  const nearest = describeNearest(asked, target.path);
  const known = nearest === undefined ? '' : `; nearest: ${nearest}`;
  return {
    name: `${method} ${withoutSecrets(target.path)}`,
    notUnderstood: `it is no operation of API Gateway's control plane that restage knows${known}`,
  };
}

/** The operation of that name, if restage understands one. */
export function findOperation(name: string): Operation | undefined {
  if (name === getStages.name) return getStages;
  const known = operations.get(name);
  if (known !== undefined) return known;
  const row = findRowByName(name);
  return row && modelled(row);
}

/** Each is made when it is first asked for. */
const operations = new Map<string, Operation>();

function modelled(row: OperationRow): Operation {
  const known = operations.get(row.name);
  if (known !== undefined) return known;
  const operation = operationOf(row);
  operations.set(row.name, operation);
  return operation;
}

function identified(operation: Operation, found: Key | { readonly notUnderstood: string }): Identified {
  const { name } = operation;
  return 'notUnderstood' in found
    ? { name, notUnderstood: found.notUnderstood }
    : { name, operation, key: found };
}
