// Something that is asked of the server when a component is first seen, and again when it is about something else.
import { useEffect, useState } from "preact/hooks";
import type { ApiFault } from "../frame/api-client.ts";

export interface Asked<Value> {
  /** null = not answered yet. */
  readonly value: Value | null;
  readonly fault: ApiFault | null;
  readonly asking: boolean;
}

/** `about`: what it depends on, as a text. */
export function useAsked<Value>(about: string, ask: (signal: AbortSignal) => Promise<Value>): Asked<Value> {
  const [asked, setAsked] = useState<Asked<Value>>({ value: null, fault: null, asking: true });
  useEffect(() => {
    const stop = new AbortController();
    setAsked((last) => ({ ...last, asking: true }));
    ask(stop.signal).then(
      (value) => !stop.signal.aborted && setAsked({ value, fault: null, asking: false }),
      (error: Error) => {
        if (error.name !== "AbortError") setAsked((last) => ({ ...last, fault: error as ApiFault, asking: false }));
      },
    );
    return () => stop.abort();
  }, [about]);
  return asked;
}
