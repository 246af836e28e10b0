// The process that collects for `flowgauge serve`: what it is told comes as messages, and so does what it has to say. It ends with who started it.
import type { CollectorAsks, CollectorSays } from "../serve/index.ts";
import { failureOf, ServedCollection } from "./served-collection.ts";

let collection: ServedCollection | null = null;

function say(words: CollectorSays): void {
  if (process.connected) process.send?.(words);
}

async function hear(words: CollectorAsks): Promise<void> {
  if ("start" in words) {
    try {
      collection = await ServedCollection.open(words.start, say);
      say({ started: { listening: collection.listening } });
    } catch (error) {
      say({ failed: failureOf(error) });
      process.disconnect();
    }
    return;
  }
  if ("end" in words) return end();
  const { id, ask } = words;
  if (collection === null)
    return say({ id, fault: { message: "expected a collector that runs, found one that begins" } });
  try {
    say({ id, answer: collection.answer(ask) });
  } catch (error) {
    const { message, span } = error as Error & { readonly span?: { readonly from: number; readonly to: number } };
    say({ id, fault: span === undefined ? { message } : { message, from: span.from, to: span.to } });
  }
}

/** What has arrived is written before. */
async function end(): Promise<void> {
  const open = collection;
  collection = null;
  try {
    await open?.close();
    process.exit(0);
  } catch (error) {
    say({ failed: failureOf(error) });
    process.exit(1);
  }
}

// Ctrl-C and TERM are for who started this; he says when it is enough.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => void end());
process.on("message", (words: CollectorAsks) => void hear(words));
