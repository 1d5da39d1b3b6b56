import type { Reporter } from './reporter.ts';

/** Recordings that were lost: one loud line at once, the sum in the end. */
export class FailureReport {
  readonly #reporter: Reporter;
  count = 0;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  add({ message }: Error): void {
    this.count += 1;
    if (this.count === 1) this.#reporter.say({ event: 'not-saved', level: 'error', message });
  }

  summarise(): void {
    if (this.count < 2) return;
    const message = `${this.count} times something could not be saved; the first reason stands above.`;
    this.#reporter.say({ event: 'not-saved', level: 'error', message, facts: { times: this.count } });
  }
}
