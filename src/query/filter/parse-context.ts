// What the parts of the parser share: the tokens, the options, and how much has been taken in so far.
import { UsageError } from "../../core/errors.ts";
import { localRanges } from "../local-networks.ts";
import { FILTER_LIMITS, type FilterOptions } from "./options.ts";
import { shorten, TokenReader } from "./token-reader.ts";
import type { FilterNode, NumberRanges, Span } from "./tree.ts";

/** Of one parseFilter, with all named filters and files that it takes in. */
export class Budget {
  private nodes = 0;
  private entries = 0;

  /** One more term or operator. */
  node(reader: TokenReader, span: Span): void {
    if (++this.nodes > FILTER_LIMITS.nodes) {
      reader.refuse(
        `expected ${FILTER_LIMITS.nodes} terms and operators at the most; put values into a list: in [...].`,
        span,
      );
    }
  }

  entry(reader: TokenReader, span: Span): void {
    if (++this.entries > FILTER_LIMITS.entries) {
      reader.refuse(`expected ${FILTER_LIMITS.entries} entries in lists at the most.`, span);
    }
  }
}

export class ParseContext {
  readonly reader: TokenReader;
  readonly options: FilterOptions;
  readonly budget: Budget;
  /** Named filters and files that are being read, from the outermost. */
  readonly within: readonly string[];
  readonly depth: number;

  constructor(reader: TokenReader, options: FilterOptions, budget: Budget, within: readonly string[], depth: number) {
    this.reader = reader;
    this.options = options;
    this.budget = budget;
    this.within = within;
    this.depth = depth;
  }

  /** Another text, that the token at `span` names. */
  inner(name: string, text: string, span: Span, most: number): ParseContext {
    const { reader, within } = this;
    if (within.includes(name)) {
      const circle = [...within.slice(within.indexOf(name)), name].map(shorten).join(" -> ");
      reader.refuse(`${shorten(name)} would take in itself: ${circle}; break the circle.`, span);
    }
    if (within.length >= FILTER_LIMITS.depth)
      reader.refuse(`expected ${FILTER_LIMITS.depth} texts in one another at the most.`, span);
    if (text.length > most)
      reader.refuse(`expected ${most} characters in ${shorten(name)} at the most, found ${text.length}.`, span);
    return new ParseContext(
      new TokenReader(text, shorten(name)),
      this.options,
      this.budget,
      [...within, name],
      this.depth,
    );
  }

  /** The text of a file that @include names; the reader stands at its path. */
  included(most: number): ParseContext {
    const { reader, options } = this;
    reader.noteLabel("a file");
    const { kind, text: path, span } = reader.token;
    if (kind !== "text" || path === "") return reader.fail();
    if (options.include === undefined)
      return reader.refuse("@include is not allowed here: expected the filter itself.", span);
    let content: string;
    try {
      content = options.include(path);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return reader.refuse(
        `${error instanceof UsageError ? error.message : `${shorten(path)}: ${error.message}`}`,
        span,
      );
    }
    reader.advance();
    return this.inner(path, content, span, most);
  }

  localNetworks(span: Span): NumberRanges {
    const { reader, options } = this;
    const declared = options.localNetworks ?? [];
    if (declared.length === 0) {
      reader.refuse(
        "inside and outside are of the local networks, which are not declared: say --local 10.0.0.0/8,2001:db8::/32.",
        span,
      );
    }
    return localRanges(declared);
  }
}

/** Frozen, with everything in it. */
export function node<const N extends FilterNode>(made: N): N {
  return Object.freeze(made);
}
