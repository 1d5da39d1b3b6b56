import { getStages } from '../../src/aws/apigateway/get-stages/get-stages.ts';
import type { Key } from '../../src/aws/apigateway/key.ts';
import type { Recording } from '../../src/aws/apigateway/operation.ts';
import type { Interaction, Take } from '../../src/cassette/format.ts';
import type { NewTake } from '../../src/cassette/recorder.ts';
import { type JsonObject, parseJson } from '../../src/json.ts';

export { getStages };

/** The key of a GetStages call; without a filter when no deployment is given. */
export function stagesKey(restApiId = 'a1b2c3d4e5', deploymentId?: string): Key {
  return getStages.keyOf(restApiId, deploymentId === undefined ? {} : { deploymentId });
}

/** An answer of the service with one stage, or none when no name is given. */
export function stagesAnswer(stageName?: string): Recording {
  return { status: 200, representation: 'json', content: stagesContent(stageName) };
}

/** The content of a take with one stage, or none. */
export function stagesContent(stageName?: string): JsonObject {
  return parseJson(
    JSON.stringify({ stages: stageName === undefined ? [] : [{ deploymentId: 'vakw79', stageName }] }),
  ) as JsonObject;
}

/** An answer of the service that is an error. */
export function errorAnswer(status: 400 | 404 = 404): Recording {
  const type = status === 404 ? 'NotFoundException' : 'BadRequestException';
  return {
    status,
    representation: 'json',
    content: { error: { type, message: 'Invalid API identifier specified' } },
  };
}

/** A take that holds one stage. */
export function takeOf(stageName: string, fields: Partial<Take> = {}): Take {
  return {
    status: 200,
    representation: 'json',
    region: 'us-east-1',
    recordedAt: '2024-05-06T07:08:09Z',
    times: 1,
    at: 0,
    content: stagesContent(stageName),
    ...fields,
  };
}

/** A take of an error. */
export function errorTake(fields: Partial<Take> = {}): Take {
  const { status, content } = errorAnswer();
  return takeOf('', { status, content, ...fields });
}

export function interactionOf(key: Key, takes: readonly Take[]): Interaction {
  return { key, operation: getStages, takes };
}

/** An answer that is to be recorded, of a call that was made before any write. */
export function newTake(key: Key, recording: Recording, region = 'us-east-1'): NewTake {
  return { key, operation: getStages, region, recording, at: 0 };
}
