import { parseStages, type StageFields } from './stages.ts';

/** The APIs the stand-in serves from the start, and a value in their variables that nobody should record. */
export const sample = {
  /** The two stages of the service's documentation, `beta` and `prod`, deployment `vakw79`. */
  twoStages: 'a1b2c3d4e5',
  oneStage: 'onestage01',
  noStages: 'nostages01',
  /** Three stages with everything a stage can have; deployments `dep001`, `dep001` and `dep002`. */
  rich: 'richstages',
  secret: 'hunter2-not-for-cassettes',
} as const;

/** The stages of each sample API, ARNs with the account's id. */
export function sampleApis(accountId: string): Map<string, StageFields[]> {
  const texts = {
    [sample.twoStages]: TWO_STAGES,
    [sample.oneStage]: ONE_STAGE,
    [sample.noStages]: '[]',
    [sample.rich]: RICH.replaceAll('ACCOUNT', accountId).replaceAll('SECRET', sample.secret),
  };
  return new Map(Object.entries(texts).map(([apiId, text]) => [apiId, parseStages(text)]));
}

// Text, since an object literal could not tell 10000.0 from 10000.
const TWO_STAGES = `[
  {
    "cacheClusterEnabled": false,
    "cacheClusterStatus": "NOT_AVAILABLE",
    "createdDate": 1460741888,
    "deploymentId": "vakw79",
    "lastUpdatedDate": 1460742348,
    "methodSettings": {},
    "stageName": "beta",
    "variables": { "version": "v-beta", "url": "myDomain.com", "function": "HelloWorld" }
  },
  {
    "cacheClusterEnabled": false,
    "cacheClusterStatus": "NOT_AVAILABLE",
    "createdDate": 1460742815,
    "deploymentId": "vakw79",
    "lastUpdatedDate": 1460745010,
    "methodSettings": {},
    "stageName": "prod",
    "variables": {
      "version": "v-prod",
      "url": "petstore-demo-endpoint.execute-api.com/petstore/pets",
      "function": "HelloEveryone"
    }
  }
]`;

const ONE_STAGE = `[
  {
    "cacheClusterEnabled": false,
    "cacheClusterStatus": "NOT_AVAILABLE",
    "createdDate": 1706745600,
    "deploymentId": "only01",
    "description": "the only stage",
    "lastUpdatedDate": 1706745661,
    "methodSettings": {},
    "stageName": "live",
    "tracingEnabled": false
  }
]`;

// The nulls are those that HAL writes and the plain answer leaves out; unmodelledSetting is a key no SDK knows.
const RICH = `[
  {
    "accessLogSettings": {
      "destinationArn": "arn:aws:logs:us-east-1:ACCOUNT:log-group:stage-access",
      "format": "$context.requestId $context.status"
    },
    "cacheClusterEnabled": true,
    "cacheClusterSize": "0.5",
    "cacheClusterStatus": "AVAILABLE",
    "canarySettings": {
      "deploymentId": "dep002",
      "percentTraffic": 10.0,
      "stageVariableOverrides": null,
      "useStageCache": false
    },
    "clientCertificateId": "cert01",
    "createdDate": 1709251200,
    "deploymentId": "dep001",
    "description": "café, 東京",
    "documentationVersion": "1.0",
    "lastUpdatedDate": 1709254799,
    "methodSettings": {
      "*/*": {
        "cacheDataEncrypted": false,
        "cacheTtlInSeconds": 300,
        "cachingEnabled": true,
        "dataTraceEnabled": false,
        "loggingLevel": "ERROR",
        "metricsEnabled": true,
        "requireAuthorizationForCacheControl": true,
        "throttlingBurstLimit": 5000,
        "throttlingRateLimit": 10000.0,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER"
      },
      "~1pets/GET": { "throttlingBurstLimit": 100, "throttlingRateLimit": 50.5 }
    },
    "stageName": "prod",
    "tags": { "aws:cloudformation:stack-name": "shop", "team": "checkout" },
    "tracingEnabled": true,
    "unmodelledSetting": { "ratio": 1.50, "since": 1709251200 },
    "variables": { "dbPassword": "SECRET", "tableName": "orders" },
    "webAclArn": "arn:aws:wafv2:us-east-1:ACCOUNT:regional/webacl/shop/11111111-2222-3333-4444-555555555555"
  },
  {
    "cacheClusterEnabled": false,
    "cacheClusterStatus": "NOT_AVAILABLE",
    "createdDate": 1709337600,
    "deploymentId": "dep001",
    "lastUpdatedDate": 1709337600,
    "methodSettings": {},
    "stageName": "staging",
    "tags": {},
    "tracingEnabled": false
  },
  {
    "cacheClusterEnabled": false,
    "cacheClusterSize": "1.6",
    "cacheClusterStatus": "DELETE_IN_PROGRESS",
    "createdDate": 1709424000,
    "deploymentId": "dep002",
    "lastUpdatedDate": 1709427600,
    "methodSettings": { "*/*": { "throttlingBurstLimit": 0, "throttlingRateLimit": 0.0 } },
    "stageName": "dev",
    "tracingEnabled": false
  }
]`;
