import type { OperationRow } from '../../src/aws/apigateway/model/operation-row.ts';
import { findOperation, identify } from '../../src/aws/apigateway/operations.ts';

/** What the key of an operation is made of, found out by calls. */
export interface KeyParts {
  /** Parameters of the path. */
  readonly path: readonly string[];
  /** Parameters of the query: the names that one of them may have, and whether it may be given several times. */
  readonly query: ReadonlyArray<{ readonly names: readonly string[]; readonly isRepeated: boolean }>;
  /** Whether parameters of any other name are part of it. */
  readonly hasAnyQuery: boolean;
  readonly needs: 'nothing' | 'accept' | 'body';
}

/** A name that no model has. */
const UNKNOWN = 'x-no-such-name';

/**
 * Calls the operation with every part changed, and tells which make another key.
 * @param names of all parameters that any operation has in its query.
 */
export function keyPartsOf(row: OperationRow, names: readonly string[]): KeyParts {
  const base = keyText(row, targetOf(row));
  const differs = (target: string) => ![undefined, base].includes(keyText(row, target));
  const spellings = new Map<string, string[]>();
  for (const name of names) {
    const key = keyText(row, targetOf(row, {}, [`${name}=1`]));
    if (key !== undefined && key !== base) spellings.set(key, [...(spellings.get(key) ?? []), name]);
  }
  // Any other name is understood, too: those of other operations say nothing of this one.
  const hasAnyQuery = differs(targetOf(row, {}, [`${UNKNOWN}=1`]));
  const known = [...spellings.values()].filter(
    ([name = '']) => !hasAnyQuery || row.query?.includes(name) === true,
  );
  return {
    path: pathParameters(row).filter((name) => differs(targetOf(row, { [name]: 'other' }))),
    query: known.map((each) => ({
      names: each,
      isRepeated: each.every((name) => differs(targetOf(row, {}, [`${name}=1`, `${name}=2`]))),
    })),
    hasAnyQuery,
    needs: findOperation(row.name)?.keyNeeds ?? 'nothing',
  };
}

/** The names of the parameters in its path. */
export function pathParameters({ path }: OperationRow): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
}

/** The key of the call as a text; nothing when it is not understood as a call of this operation. */
function keyText({ name, method }: OperationRow, target: string): string | undefined {
  const identified = identify(method, target);
  return identified.name === name ? identified.key?.text : undefined;
}

function targetOf(
  row: OperationRow,
  values: Readonly<Record<string, string>> = {},
  query: readonly string[] = [],
): string {
  const path = row.path.replace(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? 'value');
  const pairs = [...(row.fixedQuery === undefined ? [] : [row.fixedQuery]), ...query];
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
