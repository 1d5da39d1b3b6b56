/** What recorded APIs answer: the one file that the load generator and the servers beside restage are given. */
export interface AnswersFile {
  /** The head of every answer, without what node:http adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Paths, and the bodies that are right for them. */
  readonly answers: ReadonlyArray<readonly [path: string, body: string]>;
}

/** Calls that are made one after another on each connection, as fast as answers come. */
export interface Phase {
  /** The place of the first call among the answers of the file. */
  readonly from: number;
  readonly count: number;
  /** Begin again when all were made; otherwise the phase ends there. */
  readonly repeats?: boolean;
  /** End after that time, all made or not. */
  readonly seconds?: number;
}

/** What the load generator does, from a process of its own. */
export interface LoadPlan {
  readonly port: number;
  /** The {@link AnswersFile}. */
  readonly file: string;
  readonly connections: number;
  /**
   * Look for answers without a pause, where nobody else needs the processor: one that sleeps has to be woken with each
   * answer, which costs the server of a virtual machine more than all else, and only the server that is slower than the load.
   */
  readonly keepsAwake?: boolean;
  /** What every answer has in `x-restage-outcome`. */
  readonly outcome?: string;
  /** Without it the signature is a made-up one. */
  readonly signWith?: Identity;
  /** What can be asked for, on the same connections. All is prepared before. */
  readonly phases: readonly Phase[];
}

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How a phase went. Every answer was checked. */
export interface PhaseResult {
  readonly answered: number;
  readonly seconds: number;
  /** Between a call's last byte and its answer's last byte. */
  readonly p99Ms: number;
}
