/** What the framework's files share, as one module: they are bundled apart from it. */

export type { RestageTestOptions } from './test-options.ts';
export { describeVerdict, recordCommand } from './test-report.ts';
export { TestServers } from './test-servers.ts';
export type { TestEnd, TestSession } from './test-session.ts';
