import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { atMost } from '../support/clients/at-most.ts';
import { type Seen, writePage } from '../support/clients/document.ts';
import { matrix } from '../support/clients/matrix.ts';
import { type ClientCredentials, rightViews, runRow } from '../support/clients/run-row.ts';
import { describeWithClient } from '../support/clients.ts';
import { credentials } from '../support/restage.ts';

const everyCredentials: readonly ClientCredentials[] = [
  { profile: 'long-lived', credentials },
  {
    profile: 'temporary',
    credentials: { accessKeyId: 'ASIASESSION', secretAccessKey: 'oth/er', sessionToken: 'tok/en+1=' },
  },
];
const THROTTLED = { error: 'TooManyRequestsException' };
/** What the service is called by in a call that it gets: kept calls name it as the client does. */
const HOSTS = { endpoint: /^127\.0\.0\.1:\d+$/, proxy: /^apigateway\.us-east-1\.amazonaws\.com$/ } as const;
// Far more than they take on an idle machine.
const TIMEOUT_MS = 180_000;
/** Clients mostly wait before they try again, but take a core to start. */
const inTurn = atMost(6);
const folder = mkdtempSync(join(tmpdir(), 'restage-profiles-'));
const seen = new Map<string, Seen>();

beforeAll(() => {
  const file = join(folder, 'credentials');
  writeFileSync(file, everyCredentials.map(profileSection).join('\n'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe.concurrent('the matrix', () => {
  for (const row of matrix) {
    const title = `${row.client}, by ${row.way}`;
    const tests = () => {
      test.for(everyCredentials)(
        'records, replays and meets throttles with $profile credentials',
        { timeout: TIMEOUT_MS },
        async (as, { expect }) => {
          const result = await inTurn(() => runRow(row, as));
          seen.set(keyOf(title, as), { row, as, result });
          const { recorded, received, replayed, throttledTwice, throttledAlways } = result;

          expect(recorded).toEqual({ views: rightViews, outcomes: ['recorded', 'recorded'], troubles: [] });
          expect(received.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
          const token = as.credentials.sessionToken;
          expect(received.map((call) => headerOf(call, 'x-amz-security-token'))).toEqual([token, token]);
          for (const call of received) expect(headerOf(call, 'host')).toMatch(HOSTS[row.way]);
          expect(replayed).toEqual({ views: rightViews, outcomes: ['replayed', 'replayed'], troubles: [] });
          expect(throttledTwice).toEqual(
            row.attempts > 2
              ? { views: [rightViews[0]], outcomes: ['faulted', 'faulted', 'replayed'], troubles: [] }
              : { views: [THROTTLED], outcomes: faulted(row.attempts), troubles: [] },
          );
          expect(throttledAlways).toEqual({
            views: [THROTTLED],
            outcomes: faulted(row.attempts),
            troubles: [],
          });
        },
      );
    };
    if (row.needs === undefined) describe(title, tests);
    else describeWithClient(row.needs, title, tests);
  }
});

test('docs/clients.md shows what was seen', async (context) => {
  const keys = matrix.flatMap((row) =>
    everyCredentials.map((as) => keyOf(`${row.client}, by ${row.way}`, as)),
  );
  const missing = keys.filter((key) => !seen.has(key));
  if (missing.length > 0) {
    // Reporters count skipped tests and rarely say why.
    console.warn(
      `Skipped the comparison with docs/clients.md, since these were not run:\n${missing.join('\n')}`,
    );
    context.skip('not every client was run');
  }

  const page = writePage(keys.map((key) => seen.get(key)).filter((each) => each !== undefined));
  await expect(page).toMatchFileSnapshot('../../docs/clients.md');
});

function keyOf(title: string, { profile }: ClientCredentials): string {
  return `${title}, ${profile} credentials`;
}

function faulted(attempts: number): string[] {
  return Array.from({ length: attempts }, () => 'faulted');
}

function headerOf({ rawHeaders }: { rawHeaders: readonly string[] }, wanted: string): string | undefined {
  const at = rawHeaders.findIndex((name) => name.toLowerCase() === wanted);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

/** The profile as the credentials file of the AWS clients has it. */
function profileSection({ profile, credentials: each }: ClientCredentials): string {
  const token = each.sessionToken === undefined ? '' : `aws_session_token = ${each.sessionToken}\n`;
  return `[${profile}]
aws_access_key_id = ${each.accessKeyId}
aws_secret_access_key = ${each.secretAccessKey}
${token}`;
}
