/**
 * The operations whose answers are recorded for whoever names them alone: they hold a backend's headers and whole logs.
 * By hand, since options are read where no table of operations is loaded; a test holds it to the table.
 */
export const operationsRecordedByName = ['TestInvokeMethod', 'TestInvokeAuthorizer'] as const;

/** What these operations need on the command line to be recorded: ` --record-operation TestInvokeMethod`, or nothing. */
export function optionsToRecord(operations: readonly string[]): string {
  return named(operations)
    .map((name) => ` --record-operation ${name}`)
    .join('');
}

/** The same before a command that is not restage's own: `RESTAGE_RECORD_OPERATION=TestInvokeMethod `, or nothing. */
export function variablesToRecord(operations: readonly string[]): string {
  const names = named(operations);
  return names.length === 0 ? '' : `RESTAGE_RECORD_OPERATION='${names.join(' ')}' `;
}

function named(operations: readonly string[]): string[] {
  return operationsRecordedByName.filter((name) => operations.includes(name));
}
