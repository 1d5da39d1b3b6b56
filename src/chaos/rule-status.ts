/** A rule and what it has done so far. */
export interface RuleStatus {
  readonly name: string;
  readonly kind: string;
  /** The rule as the object that it could be given as. */
  readonly rule: Readonly<Record<string, unknown>>;
  /** The calls that it counted. */
  readonly matched: number;
  /** The calls that it hit. */
  readonly fired: number;
  /** `waiting`: for its phase. `ended`: it fires no more, and stays listed until it is removed. */
  readonly state: 'armed' | 'waiting' | 'ended';
  /** Left out where it does not end by the clock. */
  readonly endsInSeconds?: number;
  /** The phase that it belongs to. */
  readonly phase?: string;
}
