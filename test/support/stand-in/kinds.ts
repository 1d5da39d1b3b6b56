import type { Fields, Store } from './store.ts';

/** A kind of resource of the control plane: one row is what tells it from the others. */
export interface Kind {
  /** The path of one, with `*` for what is a name or an id. One without `*` at the end is there once. */
  readonly path: string;
  /** What the service calls it in `Invalid … identifier specified`. */
  readonly noun: string;
  /** The member that is the last segment of its path; empty for what is there once. */
  readonly key: string;
  /** How one is made: POST to the collection, or PUT to its path; by nobody when it is always there. */
  readonly made: 'POST' | 'PUT' | 'never';
  /** The beginning of ids that the service makes up; empty when whoever makes one names it. */
  readonly id: string;
  /** The status of an answer to a delete. */
  readonly deleted: 202 | 204;
  /** What a new one has besides what was sent. */
  readonly fresh: ((now: number, store: Store) => Fields) | undefined;
}

type Fresh = Kind['fresh'];
const created: Fresh = (now) => ({ createdDate: now });
const touched = (now: number) => ({ createdDate: now, lastUpdatedDate: now });
const api: Fresh = (now) => ({
  apiKeySource: 'HEADER',
  createdDate: now,
  disableExecuteApiEndpoint: false,
  endpointConfiguration: { types: ['EDGE'] },
  tags: {},
});
const stage: Fresh = (now) => ({
  ...touched(now),
  cacheClusterEnabled: false,
  cacheClusterStatus: 'NOT_AVAILABLE',
  methodSettings: {},
  tracingEnabled: false,
});
const integration: Fresh = () => ({
  cacheKeyParameters: [],
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 29000,
});
const authorizer: Fresh = () => ({ authType: 'custom', authorizerResultTtlInSeconds: 300 });
const validator: Fresh = () => ({ validateRequestBody: false, validateRequestParameters: false });
const key: Fresh = (now, store) => ({
  ...touched(now),
  enabled: false,
  stageKeys: [],
  value: store.newId('madeUpValueOfAKey'),
});
const domain: Fresh = () => ({ domainNameStatus: 'AVAILABLE', securityPolicy: 'TLS_1_2' });
const certificate: Fresh = (now) => ({ createdDate: now, expirationDate: now + 31_536_000 });
const web: Fresh = (now) => ({
  createdDate: now,
  routeSelectionExpression: '$request.method $request.path',
  tags: {},
});
const webStage: Fresh = (now) => ({ ...touched(now), routeSettings: {}, stageVariables: {}, tags: {} });

type Row = [path: string, noun: string, key: string, id: string, deleted: 202 | 204, fresh?: Fresh];

/** What a POST to the collection makes. Without a beginning of ids, whoever makes one names it. */
const POSTED: Row[] = [
  ['restapis/*', 'API', 'id', 'api', 202, api],
  ['restapis/*/resources/*', 'Resource', 'id', 'res', 202],
  ['restapis/*/deployments/*', 'Deployment', 'id', 'dep', 202, created],
  ['restapis/*/stages/*', 'stage', 'stageName', '', 202, stage],
  ['restapis/*/models/*', 'Model', 'name', '', 202],
  ['restapis/*/authorizers/*', 'Authorizer', 'id', 'aut', 202, authorizer],
  ['restapis/*/requestvalidators/*', 'Request Validator', 'id', 'val', 202, validator],
  ['apikeys/*', 'API Key', 'id', 'key', 202, key],
  ['usageplans/*', 'Usage Plan', 'id', 'pla', 202, () => ({ apiStages: [] })],
  ['usageplans/*/keys/*', 'API Key', 'id', '', 202],
  ['domainnames/*', 'domain name', 'domainName', '', 202, domain],
  ['domainnames/*/basepathmappings/*', 'base path mapping', 'basePath', '', 202],
  ['vpclinks/*', 'Vpc Link', 'id', 'vpc', 202, () => ({ status: 'AVAILABLE' })],
  ['clientcertificates/*', 'client certificate', 'clientCertificateId', 'cer', 202, certificate],
  ['v2/apis/*', 'API', 'apiId', 'web', 204, web],
  ['v2/apis/*/routes/*', 'Route', 'routeId', 'rou', 204],
  ['v2/apis/*/integrations/*', 'Integration', 'integrationId', 'int', 204],
  ['v2/apis/*/stages/*', 'stage', 'stageName', '', 204, webStage],
];

const METHOD = 'restapis/*/resources/*/methods/*';

/** What a PUT to its own path makes. */
const PUT: Row[] = [
  [METHOD, 'Method', 'httpMethod', '', 204, () => ({ apiKeyRequired: false })],
  [`${METHOD}/responses/*`, 'Response status code', 'statusCode', '', 204],
  [`${METHOD}/integration`, 'Integration', '', '', 204, integration],
  [`${METHOD}/integration/responses/*`, 'Response status code', 'statusCode', '', 204],
  [
    'restapis/*/gatewayresponses/*',
    'Response Type',
    'responseType',
    '',
    202,
    () => ({ defaultResponse: false }),
  ],
];

const kindOf =
  (made: Kind['made']) =>
  ([path, noun, member, id, deleted, fresh]: Row): Kind => ({
    path,
    noun,
    key: member,
    id,
    deleted,
    fresh,
    made,
  });

const KINDS = [
  ...POSTED.map(kindOf('POST')),
  ...PUT.map(kindOf('PUT')),
  kindOf('never')(['account', 'Account', '', '', 202]),
];

/** A place that a path names: a resource or a collection of them. */
export interface Place {
  readonly kind: Kind;
  /** The path that the store knows it by: decoded, and encoded in one way. */
  readonly key: string;
  readonly isCollection: boolean;
}

const PLACES = KINDS.flatMap((kind) => {
  const isCollection = kind.path.endsWith('/*');
  const one = { kind, isCollection: false, form: kind.path.split('/') };
  return isCollection ? [one, { kind, isCollection, form: one.form.slice(0, -1) }] : [one];
});

/** The place of a path that is given as its decoded segments. */
export function placeOf(segments: readonly string[]): Place | undefined {
  const found = PLACES.find(
    ({ form }) =>
      form.length === segments.length && form.every((part, i) => part === '*' || part === segments[i]),
  );
  return found && { kind: found.kind, isCollection: found.isCollection, key: keyOf(segments) };
}

/** The path by which the store knows a resource. */
export function keyOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
