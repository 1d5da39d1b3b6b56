import type { Histogram, Registry } from 'prom-client';
import { findOperation } from '../aws/apigateway/operations.ts';
import { controlBounds } from '../bounds.ts';
import type { Outcome } from '../call.ts';
import type { Cassette } from '../cassette/cassette.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { LatencyTally } from './latency-tally.ts';

/** Seconds; a replayed call takes a fraction of a millisecond, a real one a tenth of a second. */
const LATENCY_BOUNDS = [0.0005, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** What calls are counted as that ask for an operation restage does not understand: paths would be without end. */
const OTHER = 'other';

/** What the numbers are of. */
export interface MetricsSubjects {
  readonly sessions: Sessions;
  /** The cassettes in use. */
  readonly cassettes: () => readonly Cassette[];
}

/** Counts calls, faults and latencies, in plain numbers: what is done with every call must cost nothing. */
export class Metrics {
  readonly #subjects: MetricsSubjects;
  readonly #answers = new LatencyTally(LATENCY_BOUNDS);
  readonly #upstream = new LatencyTally(LATENCY_BOUNDS);
  /** By operation, then by outcome. */
  readonly #calls = new Map<string, Map<Outcome, number>>();
  readonly #hits = new Map<string, number>();

  constructor(subjects: MetricsSubjects) {
    this.#subjects = subjects;
  }

  /** Counts a call. */
  observe({ operation, outcome, durationMs, upstreamMs, hits }: JournalEntry): void {
    const name = findOperation(operation) === undefined ? OTHER : operation;
    let byOutcome = this.#calls.get(name);
    if (byOutcome === undefined) {
      byOutcome = new Map();
      this.#calls.set(name, byOutcome);
    }
    byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1);
    this.#answers.add(durationMs / 1000);
    if (upstreamMs !== undefined) this.#upstream.add(upstreamMs / 1000);
    for (const hit of hits) {
      const rule = this.#hits.has(hit) || this.#hits.size < controlBounds.countedRules ? hit : OTHER;
      this.#hits.set(rule, (this.#hits.get(rule) ?? 0) + 1);
    }
  }

  /** The numbers as Prometheus reads them, and their content type. The library is loaded for whoever asks. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    const { Counter, Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    const registers = [registry];
    const calls = new Counter({
      name: 'restage_calls_total',
      help: 'Calls by operation and by how they were answered.',
      labelNames: ['operation', 'outcome'],
      registers,
    });
    for (const [operation, byOutcome] of this.#calls)
      for (const [outcome, count] of byOutcome) calls.inc({ operation, outcome }, count);
    const faults = new Counter({
      name: 'restage_faults_total',
      help: 'How many times each rule fired.',
      labelNames: ['rule'],
      registers,
    });
    for (const [rule, count] of this.#hits) faults.inc({ rule }, count);
    registerHistogram(registry, this.#answers, {
      name: 'restage_answer_seconds',
      help: 'How long it took until there was an answer to send.',
    });
    registerHistogram(registry, this.#upstream, {
      name: 'restage_upstream_seconds',
      help: 'How long the upstream took to answer.',
    });
    new Gauge({ name: 'restage_sessions', help: 'Sessions besides the main one.', registers }).set(
      this.#subjects.sessions.list.length,
    );
    const sizes = new Gauge({
      name: 'restage_cassette_bytes',
      help: 'The size of the files of each cassette in use.',
      labelNames: ['cassette'],
      registers,
    });
    for (const cassette of this.#subjects.cassettes())
      sizes.set({ cassette: cassette.name }, await cassette.size());
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}

/** Registers a histogram whose numbers are counted elsewhere. */
function registerHistogram(
  registry: Registry,
  tally: LatencyTally,
  { name, help }: { readonly name: string; readonly help: string },
): void {
  const metric = {
    name,
    get: async () => {
      const { upTo, count, sum } = tally.cumulative;
      const bucket = (le: number | string, value: number) => ({
        labels: { le },
        value,
        metricName: `${name}_bucket`,
      });
      const values = [
        ...tally.bounds.map((bound, i) => bucket(bound, upTo[i] ?? 0)),
        bucket('+Inf', count),
        { labels: {}, value: sum, metricName: `${name}_sum` },
        { labels: {}, value: count, metricName: `${name}_count` },
      ];
      return { name, help, type: 'histogram', aggregator: 'sum', values };
    },
  };
  // A registry needs no more of a metric than its name and what it has to say.
  registry.registerMetric(metric as unknown as Histogram);
}
