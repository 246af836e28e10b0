// What one reader, and all of them together, can take: numbers in one place.

/** Of a connection (milliseconds): its headers, its whole request, and how long it may rest between two. */
export const CONNECTION = {
  headersMs: 5000,
  requestMs: 15_000,
  restMs: 10_000,
  /** Of an answer nothing is taken for so long: the reader has gone. */
  takenMs: 60_000,
  /** Open at a time. */
  most: 512,
  headerOctets: 16_384,
  bodyOctets: 1_048_576,
} as const;

/** Questions to the engine. */
export const QUESTIONS = {
  /** Answered at a time, each by a process of its own. */
  workers: 2,
  /** Waiting, of all readers and of one. */
  waiting: 32,
  waitingOfOne: 4,
  /** Beyond the time that the engine is given, until its process is ended. */
  graceMs: 2000,
  /** The same words so near to each other are one question. */
  togetherMs: 2000,
} as const;

/** Flows of a list that is shown, and octets of an answer (a download, at the most). */
export const ANSWER = {
  listed: 100,
  mostListed: 10_000,
  octets: 1_073_741_824,
  /** Answers up to this size are handed over in memory, larger ones in a file. */
  inMemory: 524_288,
} as const;

/** Answers that are kept for the next one who asks the same of the same files. */
export const KEPT = { answers: 64, octets: 262_144, ms: 60_000 } as const;
