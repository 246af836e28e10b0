// A value that narrows the filter: a click keeps what has it, one with Alt leaves that out.

export interface NarrowButtonProps {
  /** As the filter language says it. */
  readonly term: string;
  readonly text: string;
  /** What stands before the term in the title. */
  readonly about?: string;
  readonly onNarrow: (term: string, without: boolean) => void;
}

export function NarrowButton({ term, text, about = "", onNarrow }: NarrowButtonProps) {
  return (
    <button
      type="button"
      class="plain"
      title={`${about}only ${term} (with Alt: without)`}
      onClick={(event) => onNarrow(term, event.altKey)}
    >
      {text}
    </button>
  );
}
