/** A rule to show a kind with. */
export interface FaultSample {
  readonly spec: string;
  /** For what comes late or never: how long the clients are told to wait for it, in milliseconds. */
  readonly readTimeoutMs?: number;
}

/** What each kind is shown with: it goes on for longer than any client tries. */
export const faultSamples: Readonly<Record<string, readonly FaultSample[]>> = {
  throttle: always('throttle'),
  'limit-exceeded': always('limit-exceeded'),
  'not-found': always('not-found'),
  'bad-request': always('bad-request'),
  unauthorized: always('unauthorized'),
  'access-denied': always('access-denied'),
  'expired-token': always('expired-token'),
  conflict: always('conflict'),
  internal: always('internal'),
  unavailable: always('unavailable'),
  status: always('status,code=502,body=<html>Bad Gateway</html>', 'status,code=204', 'status,code=418'),
  latency: always('latency,ms=20'),
  hang: [{ spec: 'hang,first=99', readTimeoutMs: 150 }],
  reset: always('reset', 'reset,at=headers'),
  truncate: always('truncate', 'truncate,bytes=0'),
  drip: always('drip,bytes-per-second=4000'),
  malformed: always('malformed'),
  empty: always('empty'),
  'wrong-length': always('wrong-length,by=10', 'wrong-length,by=-10'),
  'wrong-type': always('wrong-type'),
  stale: always('stale'),
  drop: always('drop'),
  'empty-list': always('empty-list'),
  'missing-field': always('missing-field', 'missing-field,field=stageName'),
  'unknown-enum': always('unknown-enum'),
  'extra-field': always('extra-field'),
};

function always(...specs: readonly string[]): FaultSample[] {
  return specs.map((spec) => ({ spec: `${spec},first=99` }));
}
