/**
 * What the service calls a thing of a collection in `Invalid … identifier specified`, by the segment of the path before it; of
 * what is there once, its own segment. [recordings of the service, for those of a REST API; else inferred]
 */
const NOUNS: Readonly<Record<string, string>> = {
  restapis: 'API',
  apis: 'API',
  apikeys: 'API Key',
  authorizers: 'Authorizer',
  basepathmappings: 'base path mapping',
  clientcertificates: 'client certificate',
  deployments: 'Deployment',
  domainnames: 'domain name',
  gatewayresponses: 'Response Type',
  integration: 'Integration',
  integrations: 'Integration',
  keys: 'API Key',
  methods: 'Method',
  models: 'Model',
  parts: 'Documentation part',
  requestvalidators: 'Request Validator',
  resources: 'Resource',
  responses: 'Response status code',
  routes: 'Route',
  stages: 'stage',
  usageplans: 'Usage Plan',
  versions: 'Documentation version',
  vpclinks: 'Vpc Link',
};
/** What is there once in what the path names before it. */
const SINGLE = new Set(['integration']);
/** What stands behind these is no name of a thing that could be missing. */
const CHOICES = new Set(['exports', 'requestparameters', 'routesettings', 'sdks']);

/** What a path names last, by the service's word for it; nothing where it names no thing that restage has a word for. */
export function nameLast(path: string): { readonly noun: string; readonly id: string } | undefined {
  const segments = path.split('/');
  let last: { readonly noun: string; readonly id: string } | undefined;
  for (let at = 1; at < segments.length; at += 1) {
    const segment = segments[at] ?? '';
    const noun = Object.hasOwn(NOUNS, segment) ? NOUNS[segment] : undefined;
    const id = segments[at + 1];
    if (SINGLE.has(segment) && noun !== undefined) last = { noun, id: '' };
    else if (noun !== undefined && id !== undefined) last = { noun, id };
    // What stands behind a collection is a name, whatever it says: a model may be called `resources`.
    if (!SINGLE.has(segment) && (noun !== undefined || CHOICES.has(segment))) at += 1;
  }
  return last;
}
