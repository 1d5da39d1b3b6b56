import { isDeepStrictEqual } from 'node:util';
import { markdownTable } from '../markdown-table.ts';
import type { Row, View, Way } from './matrix.ts';
import { type ClientCredentials, type Phase, type RowResult, rightViews } from './run-row.ts';

/** A row that was run. */
export interface Seen {
  readonly row: Row;
  readonly as: ClientCredentials;
  readonly result: RowResult;
}

const HEAD = [
  'Client',
  'Pointed at restage by',
  'Credentials',
  'Recorded',
  'Replayed',
  '429 twice',
  '429 every time',
] as const;

/** What becomes of the client's signature. */
const SIGNATURES: Readonly<Record<Way, string>> = { endpoint: 'signed again', proxy: 'kept' };

const INTRODUCTION = `# Clients

What was seen when each of these clients called \`GetStages\` through restage, against an endpoint that checks every
signature; [operations.md](operations.md) tells which clients made which other calls. The tests write this page:
\`npx vitest run client-matrix -u\`. Without \`-u\` they fail when it is out of date.

- **Pointed at restage by**: what tells the client where restage listens. All else is the client's default, save what
  stands beside its name. With \`HTTPS_PROXY\` or a proxy agent the client calls the service by its own name, through a
  tunnel that \`--intercept\` takes; its other variable holds what \`restage ca\` says, so that it trusts restage.
- **Credentials**: *long-lived* keys, or *temporary* ones, whose token is the header \`x-amz-security-token\`.
- **Recorded**: *signed again*, where restage verified the client's calls and signed them for the endpoint with its own
  credentials; *kept*, where it passed on the client's own signature, and had no credentials at all. Either way the
  endpoint accepted every call, the answers were stored, and the client saw the stages that the endpoint has: all of
  them, and those of one deployment.
- **Replayed**: whether the client saw the same stages with the endpoint stopped.
- **429 twice** (\`--fault throttle,first=2\`) and **429 every time** (\`--fault throttle,first=99\`): how many attempts
  restage counted for one call, and what the program that uses the client got in the end.

The waits between attempts are cut short where that leaves their number alone: boto3 and the AWS CLI do not sleep, and
curl has \`--retry-delay 1\`.
`;

/** The page that shows what was seen, in Markdown. */
export function writePage(seen: readonly Seen[]): string {
  return `${INTRODUCTION}\n${markdownTable(HEAD, seen.map(cellsOf))}\n`;
}

function cellsOf({ row, as, result }: Seen): string[] {
  return [
    row.client,
    row.pointedBy,
    as.profile,
    isWhole(result.recorded, 'recorded') && result.received.every(({ signed }) => signed)
      ? SIGNATURES[row.way]
      : 'no',
    isWhole(result.replayed, 'replayed') ? 'yes' : 'no',
    ending(result.throttledTwice),
    ending(result.throttledAlways),
  ];
}

/** Whether the client saw what the service has, and each call had the outcome. */
function isWhole({ views, outcomes }: Phase, outcome: string): boolean {
  return isDeepStrictEqual(views, rightViews) && outcomes.every((each) => each === outcome);
}

function ending({ outcomes, views }: Phase): string {
  const attempts = outcomes.length === 1 ? '1 attempt' : `${outcomes.length} attempts`;
  return `${attempts}, ${views.map(inWords).join()}`;
}

function inWords(view: View): string {
  return 'error' in view ? `\`${view.error}\`` : 'the stages';
}
