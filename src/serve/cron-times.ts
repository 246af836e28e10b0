// When schedules are due: cron's five fields in the server's zone.
import { Cron } from "croner";
import { UsageError } from "../core/errors.ts";
import { localZone } from "../query/index.ts";

/** Missed times are counted up to here: it may be that there are more. */
export const MOST_MISSED = 1000;
const MOST_LETTERS = 200;

/** Throws a UsageError. Nothing runs of itself. */
export function cronOf(text: string): Cron {
  const words = text.trim();
  const expected = (found: string) =>
    new UsageError(`cron: expected five fields such as "0 6 * * 1" (Mondays at 6), found ${found}.`);
  if (words.length > MOST_LETTERS || words.split(/\s+/).length !== 5) throw expected(`"${words.slice(0, 80)}"`);
  let cron: Cron;
  try {
    cron = new Cron(words, { mode: "5-part", timezone: localZone(), paused: true });
  } catch (error) {
    throw expected(`"${words}" (${(error as Error).message})`);
  }
  if (cron.nextRun() === null) throw expected(`"${words}", which is never`);
  return cron;
}

/** RFC 3339; null = never again. */
export function nextRun(text: string): string | null {
  return cronOf(text).nextRun()?.toISOString() ?? null;
}

export interface Missed {
  readonly times: number;
  readonly first: Date;
}

/** Times between two; null = none. */
export function missedTimes(text: string, from: Date, to: Date): Missed | null {
  const cron = cronOf(text);
  let times = 0;
  const first = cron.nextRun(from);
  for (let next = first; next !== null && next < to && times < MOST_MISSED; next = cron.nextRun(next)) {
    times++;
  }
  return first === null || times === 0 ? null : { times, first };
}
