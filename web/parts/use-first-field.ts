// A form that opens: its first field is where one types, and is seen.
import { useEffect, useRef } from "preact/hooks";

/** Goes on the first field; once, when it appears. `shown`: the field is there. */
export function useFirstField(shown = true) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!shown) return;
    field.current?.focus();
    field.current?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  return field;
}
