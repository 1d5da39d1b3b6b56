/**
 * What a rule counts, sentence by sentence. This is the one place that says it: the tests hold one for each sentence, and
 * the documentation and `restage faults` print them.
 *
 * The conditions are asked in this order: scope, time (`from`, `until`, `for`), token bucket, `after`, `first`, `every` or
 * `cycle`, `times`, and chance (`p`, `ramp`) last. All must hold.
 */
export const countingRules = {
  scope: 'A rule counts the calls in its scope, from 1; other calls do not exist for it.',
  others: 'A call counts whoever answers it, also when an earlier rule does.',
  refused: 'Calls that restage refuses are never counted.',
  time: "Outside its time ('from', 'until', 'for') a rule counts nothing: 'from=10,first=2' are the first 2 calls after 10 seconds.",
  after: "'first', 'every' and 'cycle' begin to count after the calls that 'after' skips.",
  arrival: "Without 'per=key', 'first', 'every' and 'cycle' follow the order in which calls arrive.",
  perKey: "With 'per=key', each key has counts of its own, 'times' too.",
  hits: "'times' counts hits, not calls: a call that an earlier rule answers, or that the fault cannot be done to, is none.",
  bucket:
    "With 'rate', every call in scope and in time draws a token of its region, whatever the other conditions say and whoever answers it; those that find none are due.",
  chance:
    "'p' is drawn for the n-th call of its key, from the seed and the rule's name: other calls, and their order, do not matter.",
  ramp: "With 'ramp', the draw stays that of the call; what it is compared with rises with time.",
  reset: 'A reset starts counts, times and buckets anew; so does the beginning of a phase for its rules.',
} as const;
