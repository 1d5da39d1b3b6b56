import { decodePercent } from '../aws/apigateway/target.ts';

/** A plan's keys are keys of the account, by their ids, and show their values unasked. [real recordings] */
const KEYS_OF_PLAN = /^\/usageplans\/[^/]+\/keys(?=\/|$)/;

/**
 * A path as what was sent is kept by: one thing may be at several. The second version of the API and its ARNs have the
 * same domain names, tags name things by ARNs that are encoded in another way, and a usage plan shows keys of the account.
 */
export function canonicalPath(path: string): string {
  const own = path.startsWith('/v2/') ? path.slice('/v2'.length) : path;
  return own
    .replace(KEYS_OF_PLAN, '/apikeys')
    .split('/')
    .map((segment) => encodeURIComponent((decodePercent(segment) ?? segment).toWellFormed()))
    .join('/');
}

/** The stage that a deployment makes or moves; nothing where it does neither. [the service's models] */
export function stageOfDeployment(path: string, stageName: unknown): string | undefined {
  const api = /^(.+)\/deployments$/.exec(path)?.[1];
  if (api === undefined || typeof stageName !== 'string' || stageName === '') return undefined;
  return `${api}/stages/${encodeURIComponent(stageName.toWellFormed())}`;
}

/** What a deployment's body says of the stage, by the member that the stage has it under. [the service's models] */
export function memberOfStage([first = '', ...rest]: readonly string[]): readonly string[] | undefined {
  if (first === 'stageDescription') return ['description', ...rest];
  return first === 'variables' || first === 'canarySettings' ? [first, ...rest] : undefined;
}
