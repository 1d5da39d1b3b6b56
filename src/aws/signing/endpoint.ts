interface Partition {
  readonly prefix: string;
  readonly dnsSuffix: string;
  readonly dualStackSuffix: string;
}

/** AWS partitions by the beginning of their regions' names; the first that fits counts. [botocore's partitions.json] */
const partitions: readonly Partition[] = [
  partition('cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'),
  partition('eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'),
  partition('us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'),
  partition('us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'),
  partition('eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'),
  partition('us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'),
  partition('', 'amazonaws.com', 'api.aws'),
];

/** What the names of the service's hosts end in, in any partition, those of dual stack too; without a leading dot. */
export const dnsSuffixes: readonly string[] = partitions.flatMap((each) => [
  each.dnsSuffix,
  each.dualStackSuffix,
]);

/** Which of a region's endpoints. */
export interface EndpointVariant {
  readonly fips: boolean;
  readonly dualStack: boolean;
}

const plainEndpoint: EndpointVariant = { fips: false, dualStack: false };

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

/** The control plane's endpoint in a region. The region must be one: see {@link isRegion}. [its endpoint rule set] */
export function endpointOf(region: string, { fips, dualStack }: EndpointVariant = plainEndpoint): URL {
  const found = partitions.find(({ prefix }) => region.startsWith(prefix));
  const suffix = dualStack ? found?.dualStackSuffix : found?.dnsSuffix;
  return new URL(`https://apigateway${fips ? '-fips' : ''}.${region}.${suffix}`);
}

function partition(prefix: string, dnsSuffix: string, dualStackSuffix: string): Partition {
  return { prefix, dnsSuffix, dualStackSuffix };
}
