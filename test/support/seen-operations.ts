import { identify } from '../../src/aws/apigateway/operations.ts';
import { readCapturedCalls } from './captured-calls.ts';

/** What examples/inventory calls: a test runs it and compares. */
export const calledByInventory = [
  'GetApiKeys',
  'GetAuthorizers',
  'GetDomainNames',
  'GetResources',
  'GetRestApis',
  'GetStages',
  'GetUsagePlanKeys',
  'GetUsagePlans',
  'v2.GetApis',
  'v2.GetIntegrations',
  'v2.GetRoutes',
  'v2.GetStages',
] as const;

/** What the program in shop.ts calls: a test runs it and compares. */
export const calledByShop = [
  'CreateApiKey',
  'CreateDeployment',
  'CreateResource',
  'CreateRestApi',
  'CreateStage',
  'CreateUsagePlan',
  'CreateUsagePlanKey',
  'DeleteRestApi',
  'GetApiKeys',
  'GetIntegration',
  'GetMethod',
  'GetResources',
  'GetRestApi',
  'GetRestApis',
  'GetStage',
  'GetStages',
  'GetUsagePlanKeys',
  'GetUsagePlans',
  'PutIntegration',
  'PutIntegrationResponse',
  'PutMethod',
  'PutMethodResponse',
  'UpdateStage',
  'v2.CreateApi',
  'v2.CreateIntegration',
  'v2.CreateRoute',
  'v2.CreateStage',
  'v2.DeleteApi',
  'v2.GetApi',
  'v2.GetApis',
  'v2.GetIntegrations',
  'v2.GetRoutes',
  'v2.GetStages',
] as const;

/** A client, and what it was seen to call. */
export interface Caller {
  readonly client: string;
  /** What it ran. */
  readonly program: string;
  readonly operations: ReadonlySet<string>;
}

/** The operations of each client whose calls tests record and replay, but for the plain GetStages of docs/clients.md. */
export function callers(): Caller[] {
  return [
    { client: 'Terraform', program: 'examples/terraform', operations: capturedIn('terraform-run.jsonl') },
    {
      client: 'AWS CLI',
      program: 'every command that reads and that an emulator answers',
      operations: capturedIn('aws-cli-run.jsonl'),
    },
    { client: 'boto3', program: 'examples/inventory', operations: new Set(calledByInventory) },
    {
      client: 'JavaScript SDK v3',
      program: 'a program that makes, reads, changes and deletes APIs',
      operations: new Set(calledByShop),
    },
  ];
}

/** The names of what was called, told by restage's own table. */
function capturedIn(file: string): Set<string> {
  const calls = readCapturedCalls(new URL(file, import.meta.url));
  return new Set(calls.map(({ method, target }) => identify(method, target).name));
}
