/** Which take answers: in order and then the last again; round and round; always the newest; each once, then none. */
export const orders = ['sequence', 'loop', 'last', 'strict'] as const;
export type Order = (typeof orders)[number];
