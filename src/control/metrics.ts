import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { findOperation } from '../aws/operations.ts';
import type { Cassette } from '../cassette/cassette.ts';
import type { JournalEntry } from '../journal.ts';
import type { Sessions } from '../sessions.ts';

/** Seconds; a replayed call takes a fraction of a millisecond, a real one a tenth of a second. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** What calls are counted as that ask for an operation restage does not understand: paths would be without end. */
const OTHER = 'other';

/** Rules are named as clients of control like; beyond so many names, all others are counted as one. */
const MAX_RULES = 1000;

/** What the numbers are of. */
export interface MetricsSubjects {
  readonly sessions: Sessions;
  /** The cassettes in use. */
  readonly cassettes: () => readonly Cassette[];
}

/** Counts calls, faults and latencies, in Prometheus' text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls = new Counter({
    name: 'restage_calls_total',
    help: 'Calls by operation and by how they were answered.',
    labelNames: ['operation', 'outcome'],
    registers: [this.#registry],
  });
  readonly #faults = new Counter({
    name: 'restage_faults_total',
    help: 'How many times each rule fired.',
    labelNames: ['rule'],
    registers: [this.#registry],
  });
  readonly #answers = new Histogram({
    name: 'restage_answer_seconds',
    help: 'How long it took until there was an answer to send.',
    buckets: LATENCY_BUCKETS,
    registers: [this.#registry],
  });
  readonly #upstream = new Histogram({
    name: 'restage_upstream_seconds',
    help: 'How long the upstream took to answer.',
    buckets: LATENCY_BUCKETS,
    registers: [this.#registry],
  });

  readonly #rules = new Set<string>();

  constructor({ sessions, cassettes }: MetricsSubjects) {
    const registers = [this.#registry];
    new Gauge({
      name: 'restage_sessions',
      help: 'Sessions besides the main one.',
      registers,
      collect() {
        this.set(sessions.list.length);
      },
    });
    new Gauge({
      name: 'restage_cassette_bytes',
      help: 'The size of the files of each cassette in use.',
      labelNames: ['cassette'],
      registers,
      async collect() {
        const sizes = await Promise.all(
          cassettes().map(async (cassette) => ({ cassette: cassette.name, bytes: await cassette.size() })),
        );
        // At once: of two who ask at the same time, neither must find what the other has just emptied.
        this.reset();
        for (const { cassette, bytes } of sizes) this.set({ cassette }, bytes);
      },
    });
  }

  /** Counts a call. */
  observe({ operation, outcome, durationMs, upstreamMs, hits }: JournalEntry): void {
    this.#calls.inc({ operation: findOperation(operation) === undefined ? OTHER : operation, outcome });
    this.#answers.observe(durationMs / 1000);
    if (upstreamMs !== undefined) this.#upstream.observe(upstreamMs / 1000);
    for (const rule of hits) this.#faults.inc({ rule: this.#labelOf(rule) });
  }

  /** The numbers as Prometheus reads them, and their content type. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #labelOf(rule: string): string {
    if (this.#rules.has(rule)) return rule;
    if (this.#rules.size >= MAX_RULES) return OTHER;
    this.#rules.add(rule);
    return rule;
  }
}
