import { decodePercent, type Target } from '../target.ts';
import { describeRow, NearestOperation } from './nearest-operation.ts';
import type { OperationRow } from './operation-row.ts';
import { operationRows } from './rows.ts';

/** A call, taken for the operation that it is of. */
export interface Routed {
  readonly row: OperationRow;
  /** The parameters of the path, as they stand on the wire, in the order of the path. */
  readonly path: ReadonlyArray<readonly [name: string, rawValue: string]>;
  /** The query without the pair that is part of the operation's name. */
  readonly query: Target['query'];
}

/** What the beginnings of paths lead to, segment by segment. */
interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  readonly ends: End[];
}

interface End {
  readonly row: OperationRow;
  /** The names of the path's parameters, each at its segment's place. */
  readonly names: readonly (string | undefined)[];
  readonly fixed?: readonly [name: string, value: string];
}

type Router = (method: string, target: Target) => Routed | undefined;

let routeByTable: Router | undefined;
let nearest: NearestOperation | undefined;
let byName: ReadonlyMap<string, OperationRow> | undefined;

/**
 * The operation that a call is of; nothing when it is of none. HEAD is asked for as GET.
 *
 * Segments are told apart before they are decoded, as the service does it: an encoded slash divides nothing, and an
 * encoded letter makes no segment the word that it decodes to.
 */
export function route(method: string, target: Target): Routed | undefined {
  routeByTable ??= routerOf([...rowsByName().values()]);
  return routeByTable(method, target);
}

/** The row of the operation of that name. */
export function findRowByName(name: string): OperationRow | undefined {
  return rowsByName().get(name);
}

/** The operation that a call is most like that is of none, in words; nothing when it is like none. */
export function describeNearest(method: string, target: string): string | undefined {
  nearest ??= new NearestOperation([...rowsByName().values()]);
  const row = nearest.find(method, target);
  return row && describeRow(row);
}

/** The names of all operations, in the order of the table. */
export function operationNames(): readonly string[] {
  return [...rowsByName().keys()];
}

/** Routes to these rows; of two paths that both fit, the one with the earlier literal segment is meant. */
export function routerOf(rows: readonly OperationRow[]): Router {
  const roots = new Map<string, Node>();
  for (const row of rows) {
    add(nodeAt(roots, row.method), row);
  }
  return (method, target) => {
    const root = roots.get(method);
    if (root === undefined) return undefined;
    const segments = target.path.split('/');
    const ends = find(root, segments, 0);
    return ends === undefined ? undefined : pick(ends, segments, target.query);
  };
}

function rowsByName(): ReadonlyMap<string, OperationRow> {
  byName ??= new Map(operationRows().map((row) => [row.name, row]));
  return byName;
}

function add(root: Node, row: OperationRow): void {
  const segments = row.path.split('/');
  const names = segments.map((segment) => (segment.startsWith('{') ? segment.slice(1, -1) : undefined));
  let node = root;
  for (const [at, segment] of segments.entries()) {
    node = names[at] === undefined ? nodeAt(node.literals, segment) : parameterOf(node);
  }
  const [name, value = ''] = row.fixedQuery?.split('=') ?? [];
  node.ends.push({ row, names, ...(name !== undefined && { fixed: [name, value] }) });
}

function parameterOf(node: Node): Node {
  node.parameter ??= emptyNode();
  return node.parameter;
}

function nodeAt(nodes: Map<string, Node>, name: string): Node {
  const node = nodes.get(name) ?? emptyNode();
  nodes.set(name, node);
  return node;
}

function emptyNode(): Node {
  return { literals: new Map(), ends: [] };
}

function find(node: Node, segments: readonly string[], at: number): readonly End[] | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.ends.length > 0 ? node.ends : undefined;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : find(literal, segments, at + 1);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  return find(node.parameter, segments, at + 1);
}

/** Of the operations at one path: the one whose pair is in the query, else the one that needs none. */
function pick(ends: readonly End[], segments: readonly string[], query: Target['query']): Routed | undefined {
  let plain: End | undefined;
  for (const end of ends) {
    if (end.fixed === undefined) plain = end;
    const at = indexOfPair(query, end.fixed);
    if (at >= 0) return routed(end, segments, query.toSpliced(at, 1));
  }
  return plain && routed(plain, segments, query);
}

function indexOfPair(query: Target['query'], pair: End['fixed']): number {
  if (pair === undefined) return -1;
  return query.findIndex(
    ([name, value]) => decodePercent(name) === pair[0] && decodePercent(value) === pair[1],
  );
}

function routed({ row, names }: End, segments: readonly string[], query: Target['query']): Routed {
  const path: [string, string][] = [];
  for (const [at, name] of names.entries()) if (name !== undefined) path.push([name, segments[at] ?? '']);
  return { row, path, query };
}
