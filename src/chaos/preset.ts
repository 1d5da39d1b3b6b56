import { commonQuota, type OperationQuota, operationQuotas } from '../aws/apigateway/quotas.ts';
import type { Documented } from './documented.ts';

/** Rules that belong together, under a name. */
export interface Preset extends Documented {
  readonly faults: readonly string[];
}

/** What a service allows: all operations together, and single ones besides. */
export interface QuotaPreset extends Preset {
  /** Operations that have a limit of their own, as `operation=` names them, by that limit in words. */
  readonly limits: ReadonlyArray<{ readonly limit: string; readonly operations: readonly string[] }>;
}

const awsQuota = `throttle,rate=${commonQuota.rate},burst=${commonQuota.burst},name=quota`;

/** Every preset by its name. Another one is another row. */
export const presets: Readonly<Record<string, Preset>> = {
  'throttle-storm': preset('throttle-storm', 'three calls of five are throttled', ['throttle,p=0.6']),
  quota: preset('quota', "the service's own quota: 10 calls a second and a burst of 40, for each region", [
    awsQuota,
  ]),
  'expired-token': preset('expired-token', 'credentials that expire: every call after the tenth is refused', [
    'expired-token,after=10',
  ]),
  brownout: preset('brownout', 'answers get slow, and within half a minute one of seven fails', [
    'latency,ms=300,jitter=700',
    'unavailable,p=0.1,ramp=30',
    'internal,p=0.05,ramp=30',
  ]),
  'retry-quota': preset(
    'retry-quota',
    "an outage that spends a client's retry quota; then every other call fails, which one retry would hide",
    ['unavailable,first=60,name=outage', 'unavailable,after=60,every=2,name=relapse'],
  ),
  'flaky-network': preset('flaky-network', 'connections break, stall and cut answers short now and then', [
    'reset,p=0.05',
    'truncate,p=0.03',
    'hang,p=0.01',
  ]),
  'eventual-consistency': preset(
    'eventual-consistency',
    'the first three answers to a call are those before the last change',
    ['stale,first=3,per=key'],
  ),
  'slow-tail': preset('slow-tail', 'most answers are quick, some are very slow', [
    'latency,distribution=log-normal,ms=50,sigma=0.8',
  ]),
};

/** What `--quota` may be. A call of a limited operation draws a token of both, and is throttled where either has none. */
export const quotaPresets: Readonly<Record<string, QuotaPreset>> = {
  aws: {
    describes:
      "API Gateway's, for each region: 10 calls a second and a burst of 40 in all, and less for some operations",
    example: '--quota aws',
    faults: [awsQuota, ...operationQuotas.map(quotaRule)],
    limits: limitsOf(operationQuotas),
  },
};

/** The burst of a single operation's quota is not published: taken to be what it allows at a time. [inferred] */
function quotaRule({ calls, name, seconds }: OperationQuota): string {
  // To be read by people: what is rounded off is a ten-thousandth.
  const rate = Number((calls / seconds).toPrecision(4));
  return `throttle,operation=${name},rate=${rate},burst=${calls},name=quota-${name}`;
}

function limitsOf(quotas: readonly OperationQuota[]): QuotaPreset['limits'] {
  const byLimit = new Map<string, string[]>();
  for (const { calls, name, seconds } of quotas) {
    const limit = seconds === 1 ? `${calls} a second` : `${calls} in ${seconds} seconds`;
    byLimit.set(limit, [...(byLimit.get(limit) ?? []), name]);
  }
  return [...byLimit].map(([limit, operations]) => ({ limit, operations }));
}

function preset(name: string, describes: string, faults: readonly string[]): Preset {
  return { describes, example: `faults: [{ preset: ${name} }]`, faults };
}
