// What a filter may refer to beyond its own text, and how large it may be.

export interface FilterOptions {
  /** The texts of named filters: `$web`. */
  readonly named?: ReadonlyMap<string, string>;
  /** The text of a file that `@include` names; without a reader there is no `@include`. Its errors are a person's to read. */
  readonly include?: (path: string) => string;
  /** Networks (address/length) that `inside` and `outside` speak of. */
  readonly localNetworks?: readonly string[];
  /** The addresses of a host's name; undefined = there is no such host. Without it names are refused. */
  readonly resolve?: (name: string) => readonly string[] | undefined;
  /** Now, in ms since 1970, for "2h" and "today"; default: the clock. */
  readonly now?: number;
  /** The filter is of frames (PDML), not of flows: every field of tshark is a term. */
  readonly frames?: FrameFields;
  /** Zone of times that are written without one, of time of day and weekday; default: this machine's. */
  readonly zone?: string;
}

export interface FrameFields {
  /** Fields that are worth to be offered. */
  readonly names?: () => Iterable<string>;
}

export const FILTER_LIMITS = {
  /** Characters of a filter, and of each filter it takes in by `$name` and `@include`. */
  text: 8192,
  /** Characters of a file with a list. */
  list: 4_194_304,
  /** Terms and operators, with all that is taken in. */
  nodes: 500,
  /** Parentheses and `not` in one another. */
  depth: 32,
  /** Entries of a list. */
  entries: 65_536,
} as const;
