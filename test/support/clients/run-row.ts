import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type JournalEntry,
  type Mode,
  type Restage,
  type RestageOptions,
  startRestage,
} from '../../../src/index.ts';
import { openAuthority } from '../../../src/tls/authority.ts';
import { credentialVariables } from '../cli.ts';
import { sampleApis } from '../stand-in/sample.ts';
import { type Call, type Credentials, sample, startStandIn } from '../stand-in.ts';
import type { Row, View, Wanted, Way, Where } from './matrix.ts';

/** What came of one phase: what the client saw for each call, and what restage did with each attempt. */
export interface Phase {
  readonly views: readonly View[];
  readonly outcomes: readonly JournalEntry['outcome'][];
  /** What restage could not save or tell anybody. */
  readonly troubles: readonly unknown[];
}

/** What came of a row. */
export interface RowResult {
  readonly recorded: Phase;
  /** What the stand-in for the service received while recording. */
  readonly received: readonly Call[];
  /** With the stand-in stopped, like all that follows. */
  readonly replayed: Phase;
  /** Throttled twice, then answered. */
  readonly throttledTwice: Phase;
  /** Throttled for as long as the client goes on. */
  readonly throttledAlways: Phase;
}

/** Credentials of a client, and the profile that restage finds the same ones by. */
export interface ClientCredentials {
  readonly profile: string;
  readonly credentials: Credentials;
}

/** What each client asks for, in order: all stages of an API, and a single one. */
const wanted = [{ restApiId: sample.rich }, { restApiId: sample.rich, deploymentId: 'dep002' }] as const;

/** What each client is to see: the stages that the stand-in has, as it has them. */
export const rightViews: readonly View[] = wanted.map(stagesOf);

/** What differs between the ways. */
interface WayFacts {
  /** How a client is told where restage is. */
  readonly where: (restage: Restage) => Where;
  /** How restage is started besides. */
  readonly options: (
    caDir: string,
    profile: string,
  ) => { always: RestageOptions; forwarding: RestageOptions };
  /** What a client must trust, by the variables that name it. */
  readonly trust: (caDir: string) => Promise<Record<string, string>>;
}

const ways: Readonly<Record<Way, WayFacts>> = {
  endpoint: {
    where: ({ url }) => ({ endpoint: url }),
    options: (_, profile) => ({ always: {}, forwarding: { profile } }),
    trust: async () => ({}),
  },
  proxy: {
    where: ({ url }) => ({ proxy: url }),
    // Without credentials: what is signed by the client is enough.
    options: (caDir) => ({
      always: { intercept: true, 'ca-dir': caDir },
      forwarding: { profile: 'does-not-exist' },
    }),
    trust: async (caDir) => {
      const { certificatePath, bundlePath } = await openAuthority(caDir, () => new Date());
      return { AWS_CA_BUNDLE: bundlePath, NODE_EXTRA_CA_CERTS: certificatePath };
    },
  },
};

/** Has one client record, replay without the service, and then meet a throttle, first a short and then an endless one. */
export async function runRow(row: Row, { profile, credentials }: ClientCredentials): Promise<RowResult> {
  const dir = await mkdtemp(join(tmpdir(), 'restage-matrix-'));
  const service = await startStandIn({ credentials: [credentials] });
  const way = ways[row.way];
  const caDir = join(dir, 'ca');
  const { always, forwarding } = way.options(caDir, profile);
  const client = row.start({
    ...credentialVariables(credentials),
    ...(await way.trust(caDir)),
    AWS_REGION: 'us-east-1',
  });

  const phase = async (
    mode: Mode,
    options: RestageOptions,
    calls: readonly Wanted[] = wanted,
  ): Promise<Phase> => {
    const troubles: unknown[] = [];
    const trouble = (error: unknown) => troubles.push(error);
    const listeners = { onFailure: trouble, onError: trouble };
    const restage = await startRestage(
      mode,
      { dir: join(dir, 'cassettes'), port: 0, ...always, ...options },
      listeners,
    );
    try {
      const views: View[] = [];
      for (const each of calls) {
        views.push(await client.ask({ ...way.where(restage), ...each }));
      }
      return { views, outcomes: restage.calls().map(({ outcome }) => outcome), troubles };
    } finally {
      await restage.close();
    }
  };

  try {
    const recorded = await phase('record', { upstream: service.url, ...forwarding });
    await service.close();
    return {
      recorded,
      received: service.calls,
      replayed: await phase('replay', {}),
      throttledTwice: await phase('replay', { fault: ['throttle,first=2'] }, [wanted[0]]),
      throttledAlways: await phase('replay', { fault: ['throttle,first=99'] }, [wanted[0]]),
    };
  } finally {
    await service.close();
    await rm(dir, { recursive: true, force: true });
    await client.end();
  }
}

function stagesOf({ restApiId, deploymentId }: Wanted): View {
  const stages = sampleApis('123456789012').get(restApiId) ?? [];
  const filtered = stages.filter(
    (stage) => deploymentId === undefined || stage.deploymentId === deploymentId,
  );
  return { stages: filtered.map(({ stageName }) => String(stageName)) };
}
