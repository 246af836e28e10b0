// Live pictures of the server: one event a second, as long as somebody looks.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError, LiveGroup, LiveView } from "../../src/serve/api.ts";
import { GONE } from "../frame/api-client.ts";

export interface LiveWords {
  readonly group: LiveGroup;
  readonly sort: string;
  readonly reverse: boolean;
  readonly filter: string;
}

export interface LiveFault {
  readonly message: string;
  /** It is about the filter. */
  readonly filter: boolean;
}

const AGAIN_MS = 3000;

export function useLive(
  words: LiveWords,
  frozen: boolean,
): { readonly view: LiveView | null; readonly fault: LiveFault | null } {
  const [view, setView] = useState<LiveView | null>(null);
  const [fault, setFault] = useState<LiveFault | null>(null);
  const still = useRef(frozen);
  still.current = frozen;

  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const path = addressOf(words);
    const open = () => {
      source = new EventSource(path);
      source.addEventListener("view", ({ data }) => {
        setFault(null);
        if (!still.current) setView(JSON.parse(data) as LiveView);
      });
      source.addEventListener("problem", ({ data }) =>
        setFault({ ...(JSON.parse(data) as { message: string }), filter: false }),
      );
      source.onerror = () => {
        // The browser does not say why: the same is asked once more as an ordinary request.
        source?.close();
        void why(path).then((found) => setFault(found));
        timer = setTimeout(open, AGAIN_MS);
      };
    };
    const look = () => {
      source?.close();
      clearTimeout(timer);
      if (document.visibilityState === "visible") open();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearTimeout(timer);
      source?.close();
    };
  }, [words.group, words.sort, words.reverse, words.filter]);

  return { view, fault };
}

function addressOf({ group, sort, reverse, filter }: LiveWords): string {
  const query = new URLSearchParams({ group, sort, rows: "40" });
  if (reverse) query.set("reverse", "true");
  if (filter.trim() !== "") query.set("filter", filter);
  return `/api/v1/live?${query.toString()}`;
}

async function why(path: string): Promise<LiveFault | null> {
  const stop = new AbortController();
  try {
    const response = await fetch(path, { signal: stop.signal });
    if (response.ok) return null;
    const { error } = (await response.json()) as ApiError;
    return { message: error.message, filter: error.code === "filter" };
  } catch {
    return { message: GONE, filter: false };
  } finally {
    stop.abort();
  }
}
