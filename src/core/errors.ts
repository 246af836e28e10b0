// The few errors a person can meet. Each message is one sentence: what was expected, what was found, where, what to do.

/** The person's own words cannot be understood (exit code 2). */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Where in a source something went wrong. Packet numbers are 1-based, offsets are octets of the uncompressed file. */
export interface SourcePlace {
  readonly source: string;
  readonly offset?: number | undefined;
  readonly packet?: number | undefined;
}

/** A file, pipe, interface or helper process that cannot be read, or not to its end (exit code 1). */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly place: SourcePlace;
  /** The message without the place. */
  readonly sentence: string;

  constructor(place: SourcePlace, sentence: string, options?: ErrorOptions) {
    super(`${describePlace(place)}: ${sentence}`, options);
    this.place = place;
    this.sentence = sentence;
  }
}

function describePlace({ source, offset, packet }: SourcePlace): string {
  const parts = [source];
  if (packet !== undefined) parts.push(`packet ${packet}`);
  if (offset !== undefined) parts.push(`offset ${offset}`);
  return parts.join(", ");
}
