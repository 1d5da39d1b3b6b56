import { expect, test } from 'vitest';
import type { OperationRow } from '../src/aws/apigateway/model/operation-row.ts';
import { operationRows } from '../src/aws/apigateway/model/rows.ts';
import { keyPartsOf, pathParameters } from './support/key-parts.ts';
import { markdownTable } from './support/markdown-table.ts';
import { callers } from './support/seen-operations.ts';

const rows = operationRows();
const seen = callers();
/** All that stands in the query of some operation: GetStages takes a parameter by a name of its own that no model has. */
const queryNames = [...new Set([...rows.flatMap(({ query = [] }) => query), 'deployment_id'])].sort();

test('docs/operations.md tells each operation as restage knows it, and which clients called it', async () => {
  await expect(writePage()).toMatchFileSnapshot('../docs/operations.md');
});

test('each operation is found by every parameter of its path, and by those that its model has in the query', () => {
  for (const row of rows) {
    const { path, query } = keyPartsOf(row, queryNames);
    expect(path, row.name).toEqual(pathParameters(row));
    expect(query.map(({ names: [name] }) => name).sort(), row.name).toEqual([...(row.query ?? [])].sort());
    const repeated = query.filter(({ isRepeated }) => isRepeated).map(({ names: [name] }) => name);
    expect(repeated, row.name).toEqual(row.repeated ?? []);
  }
});

test('each client is seen with operations that there are, and all of them together with many', () => {
  const names = new Set(rows.map(({ name }) => name));
  for (const { client, operations } of seen) {
    expect(operations.size, client).toBeGreaterThan(0);
    expect([...operations].filter((name) => !names.has(name))).toEqual([]);
  }
});

function writePage(): string {
  const [first, second] = [rows.filter((row) => !isOfSecond(row)), rows.filter(isOfSecond)];
  const seenWith = (of: readonly OperationRow[]) => of.filter(({ name }) => clientsOf(name) !== '').length;
  return `# Operations

Every operation of Amazon API Gateway's control plane, as restage knows it. The tests write this page from the table that restage
goes by, which is made of the service's models, and from the keys that it makes of calls: \`npx vitest run operations-page -u\`. Without \`-u\` they fail when it is out of date.

- **Key besides the path**: what else of a call tells one recording from another: parameters of the query, which may be
  absent, and of which *several* may be given where it says so; the header \`Accept\` where it asks for a format; the *body*,
  compared as JSON with its members in any order, and with \`patchOperations\` in the order of their paths. A call with a
  parameter that is not listed here is not recorded. What a call is signed with is never part of it.
- **Kind**: a *write* changes something: a replay that makes it goes on to what was recorded after it. A *test* calls a backend, and
  is recorded with \`--record-operation\` alone, since what it answers holds logs.
- **Never stored**: values of the answer, and behind → of the body that is sent. They stand as \`REDACTED\` in a cassette.
  *Fixed headers* are those whose value an integration sends as it stands, but for what tells no one's identity, such as
  \`Content-Type\`. That is besides what is taken out [of every recording](../README.md#the-cassette-format).
- **Seen with**: the clients that called it in a run that the tests replay, and with many more
  [\`GetStages\` of version 1](clients.md):
${seen.map(({ client, program, operations }) => `  - ${client}: ${program}, ${operations.size} operations`).join('\n')}

## Version 1: REST APIs

${first.length} operations, ${seenWith(first)} of them seen.

${table(first)}

## Version 2: HTTP and WebSocket APIs

${second.length} operations, ${seenWith(second)} of them seen. Faults, the log and cassettes call them \`v2.NAME\`: many have a name that version 1 has, too.

${table(second)}
`;
}

function table(of: readonly OperationRow[]): string {
  const head = ['Operation', 'Request', 'Kind', 'Key besides the path', 'Never stored', 'Seen with'];
  return markdownTable(
    head,
    of.map((row) => [
      row.name.replace(/^v2\./, ''),
      code(`${row.method} ${row.path}${row.fixedQuery === undefined ? '' : `?${row.fixedQuery}`}`),
      row.access,
      keyOf(row),
      secretsOf(row),
      clientsOf(row.name),
    ]),
  );
}

function keyOf(row: OperationRow): string {
  const { query, hasAnyQuery, needs } = keyPartsOf(row, queryNames);
  const named = query.map(
    ({ names, isRepeated }) => `${names.map(code).join(' or ')}${isRepeated ? ' (several)' : ''}`,
  );
  const besides = { nothing: [], accept: [code('Accept')], body: ['body'] }[needs];
  return [...(hasAnyQuery ? ['any parameter'] : named), ...besides].join(', ');
}

function secretsOf(row: OperationRow): string {
  const answered = [...(row.secrets ?? []).map(code), ...(row.statics ?? []).map(fixedIn)];
  const sent = [
    ...[...(row.sentSecrets ?? []), ...(row.patchedSecrets ?? []), ...(row.secretColumns ?? [])].map(code),
    ...[...(row.sentStatics ?? []), ...(row.patchedStatics ?? [])].map(fixedIn),
  ];
  return [answered.join(', '), sent.length === 0 ? '' : `→ ${sent.join(', ')}`]
    .filter((part) => part !== '')
    .join(' ');
}

/** What an integration sends as it is: of the map's place the last part is enough to find it by. */
function fixedIn(path: string): string {
  return `fixed headers in ${code(path.slice(path.lastIndexOf('.') + 1))}`;
}

function clientsOf(name: string): string {
  return seen
    .filter(({ operations }) => operations.has(name))
    .map(({ client }) => client)
    .join(', ');
}

function isOfSecond({ name }: OperationRow): boolean {
  return name.startsWith('v2.');
}

function code(text: string): string {
  return `\`${text}\``;
}
