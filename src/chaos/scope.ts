import type { ErrorSubject } from '../aws/apigateway/service-error.ts';
import { headerValues, type RawHeaders } from '../call.ts';
import type { Original } from './effect.ts';
import { isOperationIn } from './operation-pattern.ts';
import type { Scope } from './scope-parameters.ts';

/** What rules look at of a call. */
export interface Target extends ErrorSubject {
  /** What a rule counts by when it counts each key for itself. */
  readonly key: string;
  /** The operation's name; of a call that is none that restage knows, what it asks for. */
  readonly operation: string;
  readonly deploymentId: string | undefined;
  /** The session's name; nothing for calls without one. */
  readonly session: string | undefined;
  /** The SDK's attempt number, from 1. */
  readonly attempt: number | undefined;
  readonly headers: RawHeaders;
  /** What the call would be answered with. */
  readonly original: Original;
}

/** Whether the rule looks at the call at all. */
export function isInScope(scope: Scope, target: Target): boolean {
  // First: most rules of a quota are about one operation, and every call asks every rule.
  const { operation } = scope;
  if (operation !== undefined && !isOperationIn(operation, target.operation)) return false;
  const { api, attempt, deployment, header, method, region, session } = scope;
  const item = itemOf(scope);
  return (
    (method === undefined || method.includes(target.method)) &&
    (api === undefined || api === target.restApiId) &&
    (deployment === undefined || deployment === target.deploymentId) &&
    (region === undefined || region === target.region) &&
    (session === undefined || session === target.session) &&
    (attempt === undefined ||
      (target.attempt !== undefined && attempt.min <= target.attempt && target.attempt <= attempt.max)) &&
    (header === undefined || headerValues(target.headers, header.name).includes(header.value)) &&
    // Last: it may have to look at what is recorded.
    (item === undefined || target.original.hasItem(item))
  );
}

/** The name of the thing that the calls are about, in either spelling. */
export function itemOf({ item, stage }: Scope): string | undefined {
  return item ?? stage;
}
