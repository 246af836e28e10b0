// A regular expression of a filter: the same for the engine (RE2) and for live records.

export interface Pattern {
  /** In RE2's syntax, with nothing whose meaning depends on options. */
  readonly re2: string;
  /** Finds it anywhere in `octets[from .. to]`, in time linear in their number. */
  readonly test: (octets: Uint8Array, from: number, to: number) => boolean;
}
