import { UsageError } from '../../errors.ts';

/** AWS partitions by the beginning of their regions' names; the first that fits counts. [botocore's partitions.json] */
const partitions: ReadonlyArray<{ readonly prefix: string; readonly dnsSuffix: string }> = [
  { prefix: 'cn-', dnsSuffix: 'amazonaws.com.cn' },
  { prefix: 'eusc-', dnsSuffix: 'amazonaws.eu' },
  { prefix: 'us-iso-', dnsSuffix: 'c2s.ic.gov' },
  { prefix: 'us-isob-', dnsSuffix: 'sc2s.sgov.gov' },
  { prefix: 'eu-isoe-', dnsSuffix: 'cloud.adc-e.uk' },
  { prefix: 'us-isof-', dnsSuffix: 'csp.hci.ic.gov' },
  { prefix: '', dnsSuffix: 'amazonaws.com' },
];

/** The dual-stack names. [botocore's partitions.json] */
const dualStackSuffixes = ['api.aws', 'api.amazonwebservices.com.cn', 'api.amazonwebservices.eu'];

/** What the names of the service's hosts end in, in any partition, those of dual stack too; without a leading dot. */
export const dnsSuffixes: readonly string[] = [
  ...partitions.map(({ dnsSuffix }) => dnsSuffix),
  ...dualStackSuffixes,
];

const REGION = '[a-z]{2,4}(?:-[a-z]+)+-[0-9]';
const regionPattern = new RegExp(`^${REGION}$`);
const SUFFIX = dnsSuffixes.map((suffix) => suffix.replaceAll('.', '\\.')).join('|');
const hostPattern = new RegExp(`^apigateway(?:-fips)?\\.(${REGION})\\.(?:${SUFFIX})$`);
const awsHostPattern = new RegExp(`^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:${SUFFIX})$`);

/** Whether the text is a region's name, and so safe to build a host of. */
export function isRegion(text: string): boolean {
  return text.length <= 40 && regionPattern.test(text);
}

/** Whether the host name (no port) is that of API Gateway's control plane, in any partition, FIPS and dual-stack too. */
export function isApiGatewayHost(hostname: string): boolean {
  return hostname.length <= 253 && hostPattern.test(hostname.toLowerCase());
}

/** Whether the host name (no port) is under a name that AWS gives its services, in any partition, such as STS or SSO. */
export function isAwsHost(hostname: string): boolean {
  return hostname.length <= 253 && awsHostPattern.test(hostname.toLowerCase());
}

/** Whether a name in `NO_PROXY` stands for a host of API Gateway's control plane, too: `*`, `.amazonaws.com`, … */
export function coversApiGateway(noProxyName: string): boolean {
  const domain = noProxyName
    .trim()
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.$/, '')
    .replace(/^\*?\.?/, '');
  if (domain === '') return true;
  const example = (suffix: string) => [
    `apigateway.us-east-1.${suffix}`,
    `apigateway-fips.us-east-1.${suffix}`,
  ];
  // Of the region's own part, any region is as good as another: `eu-west-1.amazonaws.com` covers its own.
  const named = domain.replace(new RegExp(`(^|\\.)${REGION}(?=\\.|$)`), '$1us-east-1');
  return dnsSuffixes.flatMap(example).some((host) => host === named || host.endsWith(`.${named}`));
}

/** The control plane's endpoint in a region. The region must be one: see {@link isRegion}. */
export function endpointOf(region: string): URL {
  const partition = partitions.find(({ prefix }) => region.startsWith(prefix));
  return new URL(`https://apigateway.${region}.${partition?.dnsSuffix}`);
}

/** The endpoint that every AWS SDK would take from this environment: LocalStack's users have it set. */
export function configuredEndpoint(env: Readonly<Record<string, string | undefined>>): URL | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined;
  for (const variable of ['AWS_ENDPOINT_URL_API_GATEWAY', 'AWS_ENDPOINT_URL']) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isUsable =
      url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === '';
    if (isUsable) return url;
    // The text may hold a password: it is not repeated.
    throw new UsageError(
      `Cannot forward to what ${variable} says: it is no http or https URL without a user. Correct or unset it.`,
    );
  }
  return undefined;
}
