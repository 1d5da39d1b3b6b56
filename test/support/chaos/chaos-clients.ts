import { fileURLToPath } from 'node:url';
import { withoutWaiting } from '../clients/matrix.ts';
import { type ClientEnv, type ClientName, type Conversation, converse } from '../clients.ts';

/** A stage as the client gives it to the program that uses it. */
export type SeenStage = Readonly<Record<string, unknown>>;

/** What the program that uses the client is given: the stages, nothing where they should be, or an error's name. */
export type Seen = { readonly stages: readonly SeenStage[] | null } | { readonly error: string };

/** A client in one retry mode. */
export interface ChaosClient {
  /** The client and its mode; no two have the same. */
  readonly name: string;
  /** Whether this is what some version of it does by default. */
  readonly isDefault: boolean;
  /** What has to be installed for it besides the project's own packages. */
  readonly needs?: ClientName;
  /** Starts it with these variables, which hold its credentials and region, in an otherwise clean environment. */
  readonly start: (env: ClientEnv) => Conversation;
}

/** What has botocore 1.43 do as later versions do by default; these do not read it. */
const NEW_RETRIES: ClientEnv = { AWS_NEW_RETRIES_2026: 'true' };

/** The clients that every kind of fault is tried on. */
export const chaosClients: readonly ChaosClient[] = [
  jsV3('standard', true),
  jsV3('adaptive', false),
  boto3('legacy', { AWS_RETRY_MODE: 'legacy' }, true),
  boto3('standard', { AWS_RETRY_MODE: 'standard' }, false),
  boto3('adaptive', { AWS_RETRY_MODE: 'adaptive' }, false),
  boto3('standard of 2026', NEW_RETRIES, true),
];

function jsV3(mode: string, isDefault: boolean): ChaosClient {
  return {
    name: `JS v3, ${mode}`,
    isDefault,
    start: (env) =>
      converse(process.execPath, [pathOf('js-v3-chaos.mjs')], {
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        AWS_RETRY_MODE: mode,
        ...env,
      }),
  };
}

function boto3(mode: string, variables: ClientEnv, isDefault: boolean): ChaosClient {
  return {
    name: `boto3, ${mode}`,
    isDefault,
    needs: variables === NEW_RETRIES ? 'boto3 of 2026' : 'boto3',
    start: (env) =>
      converse('python3', [pathOf('boto3_chaos.py')], { ...variables, ...withoutWaiting, ...env }),
  };
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(`./${script}`, import.meta.url));
}
