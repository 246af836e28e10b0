// What the server says of itself, asked again and again: the store, collecting, who is logged in.
import { signal } from "@preact/signals";
import type { Status } from "../../src/serve/api.ts";
import { ApiFault, askStatus } from "./api-client.ts";

const EVERY_MS = 10_000;

/** null = not known yet. */
export const status = signal<Status | null>(null);
/** The server does not answer: one sentence. */
export const gone = signal<string | null>(null);
/** It wants to know who asks. */
export const loginWanted = signal(false);

let timer: ReturnType<typeof setTimeout> | undefined;

export async function refreshStatus(): Promise<void> {
  clearTimeout(timer);
  try {
    status.value = await askStatus();
    gone.value = null;
    loginWanted.value = status.value.loginNeeded && status.value.user === null;
  } catch (error) {
    const fault = error as ApiFault;
    if (fault instanceof ApiFault && fault.status === 401) loginWanted.value = true;
    else gone.value = fault.message;
  }
  timer = setTimeout(() => {
    // Nobody looks: nothing is asked.
    if (document.visibilityState === "visible") void refreshStatus();
  }, EVERY_MS);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void refreshStatus();
});
