// What the server says of itself, asked again and again: the store, collecting, who is logged in.
import { effect, signal } from "@preact/signals";
import type { Status } from "../../src/serve/api.ts";
import { ApiFault, askStatus, reached } from "./api-client.ts";

const EVERY_MS = 10_000;
/** While it does not answer. */
const SOON_MS = 2000;

/** null = not known yet. */
export const status = signal<Status | null>(null);
/** What it said instead of its status: one sentence. */
export const statusFault = signal<string | null>(null);
/** It wants to know who asks. */
export const loginWanted = signal(false);

let timer: ReturnType<typeof setTimeout> | undefined;

export async function refreshStatus(): Promise<void> {
  clearTimeout(timer);
  try {
    status.value = await askStatus();
    statusFault.value = null;
    loginWanted.value = status.value.loginNeeded && status.value.user === null;
  } catch (error) {
    const fault = error as ApiFault;
    if (fault instanceof ApiFault && fault.status === 401) loginWanted.value = true;
    else statusFault.value = reached.value ? fault.message : null;
  }
  askAgain();
}

function askAgain(): void {
  clearTimeout(timer);
  timer = setTimeout(
    () => {
      // Nobody looks: nothing is asked.
      if (document.visibilityState === "visible") void refreshStatus();
    },
    reached.value ? EVERY_MS : SOON_MS,
  );
}

effect(() => {
  if (!reached.value) askAgain();
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void refreshStatus();
});
