// What can be grouped by and measured, asked once of the server.
import { signal } from "@preact/signals";
import type { Words } from "../../src/serve/api.ts";
import { askWords } from "../frame/api-client.ts";

/** null = not known yet. */
export const words = signal<Words | null>(null);

export async function loadWords(): Promise<void> {
  if (words.value !== null) return;
  try {
    words.value = await askWords();
  } catch {
    // Fields can be typed all the same; what is wrong with the server is said elsewhere.
  }
}
