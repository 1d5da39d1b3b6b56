/** A recording that nobody has asked for. */
export interface UnusedRecording {
  readonly operation: string;
  /** Absent for what belongs to the account. */
  readonly restApiId: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** How many answers it has. */
  readonly takes: number;
}
