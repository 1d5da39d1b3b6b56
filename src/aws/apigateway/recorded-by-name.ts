/**
 * The operations whose answers are recorded for whoever names them alone: they hold a backend's headers and whole logs.
 * By hand, since options are read where no table of operations is loaded; a test holds it to the table.
 */
export const operationsRecordedByName = ['TestInvokeMethod', 'TestInvokeAuthorizer'] as const;

/** What these operations need on the command line to be recorded: ` --record-operation TestInvokeMethod`, or nothing. */
export function optionsToRecord(operations: readonly string[]): string {
  return operationsRecordedByName
    .filter((name) => operations.includes(name))
    .map((name) => ` --record-operation ${name}`)
    .join('');
}
