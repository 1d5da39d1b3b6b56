import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded GetStages call and what is right to answer. */
export interface Recording {
  readonly restApiId: string;
  /** The filter, if the call has one. */
  readonly deploymentId?: string;
  readonly path: string;
  /** As plain JSON, which SDKs ask for, and with the line's end that restage gives it. */
  readonly body: string;
}

const CREATED = '2016-04-15T17:38:08Z';
const UPDATED = '2016-04-15T17:45:48Z';

/** So many APIs, each asked for without a filter, in a file of its own. */
export function apisOfOneKey(count: number): Recording[] {
  return Array.from({ length: count }, (_, n) => recordingOf(idOf(n)));
}

/** So many keys, ten filters for each API. */
export function filteredKeys(count: number): Recording[] {
  return Array.from({ length: count }, (_, n) =>
    recordingOf(idOf(Math.floor(n / 10)), `dep${String(n % 10).padStart(3, '0')}`),
  );
}

/** Writes a cassette: a file for each API. */
export function writeCassette(folder: string, recordings: readonly Recording[]): void {
  mkdirSync(folder, { recursive: true });
  const byApi = new Map<string, Recording[]>();
  for (const recording of recordings) {
    const keys = byApi.get(recording.restApiId);
    if (keys === undefined) byApi.set(recording.restApiId, [recording]);
    else keys.push(recording);
  }
  for (const [restApiId, keys] of byApi) {
    const interactions = keys.map(({ deploymentId }) => ({
      operation: 'GetStages',
      ...(deploymentId !== undefined && { deploymentId }),
      takes: [
        {
          status: 200,
          representation: 'json',
          region: 'us-east-1',
          recordedAt: '2026-01-01T00:00:00Z',
          stages: stagesOf(restApiId, deploymentId),
        },
      ],
    }));
    const text = JSON.stringify({ restage: 1, restApiId, interactions }, null, 2);
    writeFileSync(join(folder, `${restApiId}.json`), `${text}\n`);
  }
}

function recordingOf(restApiId: string, deploymentId?: string): Recording {
  const query = deploymentId === undefined ? '' : `?deploymentId=${deploymentId}`;
  const item = stagesOf(restApiId, deploymentId).map((stage) => ({
    ...stage,
    createdDate: Date.parse(stage.createdDate) / 1000,
    lastUpdatedDate: Date.parse(stage.lastUpdatedDate) / 1000,
  }));
  return {
    restApiId,
    ...(deploymentId !== undefined && { deploymentId }),
    path: `/restapis/${restApiId}/stages${query}`,
    body: `${JSON.stringify({ item })}\n`,
  };
}

/** Two stages that are no other key's, of one length for all. */
function stagesOf(restApiId: string, deploymentId = 'vakw79') {
  return ['beta', 'prod'].map((stageName) => ({
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    createdDate: CREATED,
    deploymentId,
    lastUpdatedDate: UPDATED,
    methodSettings: {},
    stageName,
    variables: { api: restApiId, function: 'HelloWorld', url: 'myDomain.com', version: `v-${stageName}` },
  }));
}

function idOf(n: number): string {
  return `api${String(n).padStart(7, '0')}`;
}
