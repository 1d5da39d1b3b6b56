import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APIGatewayClient, GetStagesCommand, type GetStagesCommandInput } from '@aws-sdk/client-api-gateway';
import { onTestFinished, vi } from 'vitest';
import { type Clock, type Mode, type Restage, type RestageOptions, startRestage } from '../../src/index.ts';
import { type Credentials, type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';

/** The credentials that restage finds in this process, and that the stand-in knows if not told otherwise. */
export const credentials: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };

/** The folder of the cassette that restage uses here when it is not told another. */
export const CASSETTE = 'default';

isolateEnvironment();

/** A proxy in this process, and what it told whoever started it. */
export interface Running extends Restage {
  /** The folder of cassettes. */
  readonly dir: string;
  readonly failures: readonly Error[];
  readonly errors: readonly unknown[];
  /** Of files of cassettes that changed and cannot be used. */
  readonly stale: readonly Error[];
}

/** An empty folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'restage-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A stand-in for the service that is closed when the test is over. */
export async function startService(options: StandInOptions = {}): Promise<StandIn> {
  const standIn = await startStandIn(options);
  onTestFinished(() => standIn.close());
  return standIn;
}

/**
 * Starts restage on a free port, with a folder of its own if none is given; closed when the test is over.
 * @param clock what of the time is the test's own.
 */
export async function run(
  mode: Mode,
  options: RestageOptions = {},
  clock: Partial<Clock> = {},
): Promise<Running> {
  const dir = typeof options.dir === 'string' ? options.dir : await temporaryFolder();
  const failures: Error[] = [];
  const errors: unknown[] = [];
  const stale: Error[] = [];
  const restage = await startRestage(
    mode,
    { port: 0, ...options, dir },
    {
      onFailure: (failure) => failures.push(failure),
      onError: (error) => errors.push(error),
      onStaleFile: (error) => stale.push(error),
      clock: {
        now: Date.now,
        elapsed: () => performance.now(),
        sleep: (ms) => sleep(ms, undefined, { ref: false }),
        ...clock,
      },
    },
  );
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= restage.close();
    return closing;
  };
  onTestFinished(close);
  return { ...restage, close, dir, failures, errors, stale };
}

/** The text of each file of a cassette by its name, the lock left out; none when there is no such folder. */
export async function readCassette(dir: string, cassette = CASSETTE): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(join(dir, cassette)).catch(() => [])) {
    if (name !== '.lock') files[name] = await readFile(join(dir, cassette, name), 'utf8');
  }
  return files;
}

/**
 * What the AWS SDK for JavaScript v3 makes of the answer, without what differs from call to call. It does not wait
 * between attempts: it multiplies what it would wait by a number of chance, which is 0 here.
 */
export async function getStages(
  url: string,
  input: GetStagesCommandInput,
  settings: { region?: string; credentials?: Credentials; maxAttempts?: number } = {},
): Promise<object> {
  const client = new APIGatewayClient({
    endpoint: url,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    ...settings,
  });
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0);
  try {
    const { $metadata: _, ...output } = await client.send(new GetStagesCommand(input));
    return output;
  } finally {
    chance.mockRestore();
    client.destroy();
  }
}

/** Nothing of the developer's own AWS configuration gets through. */
function isolateEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(?:AWS_|RESTAGE_(?!REQUIRE_CLIENTS)|(?:https?|no|all)_proxy$)/i.test(name))
      delete process.env[name];
  }
  const nowhere = join(tmpdir(), 'restage-test-no-such-file');
  Object.assign(process.env, {
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
}
