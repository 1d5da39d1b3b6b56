import { isJsonObject, type Json } from '../../json.ts';
import { decodePercent, splitTarget } from './target.ts';

/** How a collection lists its things. */
export interface Listing {
  /** The member of a plain answer that holds them. */
  readonly list: string;
  /** The members that say what a thing is called. Ids of other things, such as a stage's `deploymentId`, are none. */
  readonly names: readonly string[];
}

const ID_AND_NAME = ['id', 'name'];

/**
 * Every collection by the word that stands in paths before the name of one of its things, and what its things are called
 * by: what reads one of them takes for its last path parameter, and what people call it besides. The two APIs of the
 * service have members of their own, of which the other's things have none. [service models 2015-07-09, 2018-11-29]
 */
const collections: Readonly<Record<string, readonly string[]>> = {
  apikeys: ID_AND_NAME,
  apimappings: ['apiMappingId', 'apiMappingKey'],
  apis: ['apiId', 'name'],
  authorizers: ['authorizerId', ...ID_AND_NAME],
  // The documentation's samples in HAL have it in lower case.
  basepathmappings: ['basePath', 'basepath'],
  clientcertificates: ['clientCertificateId'],
  deployments: ['id', 'deploymentId'],
  domainnameaccessassociations: ['domainNameAccessAssociationArn'],
  domainnames: ['domainName'],
  exports: [],
  gatewayresponses: ['responseType'],
  integrationresponses: ['integrationResponseId', 'integrationResponseKey'],
  integrations: ['integrationId'],
  keys: ID_AND_NAME,
  methods: ['httpMethod'],
  models: ['modelId', ...ID_AND_NAME],
  parts: ['id'],
  portalproducts: ['portalProductId'],
  portals: ['portalId'],
  productpages: ['productPageId'],
  productrestendpointpages: ['productRestEndpointPageId'],
  requestparameters: [],
  requestvalidators: ID_AND_NAME,
  resources: ['id', 'path'],
  responses: ['statusCode'],
  restapis: ID_AND_NAME,
  routeresponses: ['routeResponseId', 'routeResponseKey'],
  routes: ['routeId', 'routeKey'],
  routesettings: [],
  routingrules: ['routingRuleId'],
  sdks: [],
  sdktypes: ['id'],
  stages: ['stageName'],
  tags: [],
  usageplans: ID_AND_NAME,
  versions: ['version'],
  vpclinks: ['vpcLinkId', ...ID_AND_NAME],
};

/**
 * How the collection at a path lists its things.
 * @param path of the listing operation, such as `/restapis/{restapi_id}/stages`: its last segment counts.
 * @param list the member of a plain answer that holds the things.
 */
export function listingOf(path: string, list: string): Listing {
  const word = path.slice(path.lastIndexOf('/') + 1);
  return { list, names: namesIn(word) ?? ID_AND_NAME };
}

/** Whether this is the thing of the collection that goes by that name. */
export function isNamed(item: Json, { names }: Listing, name: string): boolean {
  return isJsonObject(item) && names.some((member) => Object.hasOwn(item, member) && item[member] === name);
}

/** Whether the path of a call names the thing: decoded, a segment behind the word of its collection. */
export function namesInPath(target: string, name: string): boolean {
  const segments = splitTarget(target).path.split('/');
  for (let at = 0; at < segments.length; at += 1) {
    if (namesIn(segments[at] ?? '') === undefined) continue;
    // What stands behind a collection is a name, whatever it says: a stage may be called `routes`.
    at += 1;
    if (decodePercent(segments[at] ?? '') === name) return true;
  }
  return false;
}

function namesIn(word: string): readonly string[] | undefined {
  return Object.hasOwn(collections, word) ? collections[word] : undefined;
}
