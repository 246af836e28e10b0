// What became of the frames of a `pdml` run: lines for people, and the same as an object.
import { styled } from "./colour.ts";
import { problemTexts } from "./problem-lines.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";

/** frames = given + filtered + tooLarge + malformed; given = inFlows + withoutTime + withoutKey. */
export interface PdmlCounts {
  readonly octets: number;
  readonly frames: number;
  readonly given: number;
  /** Frames that a filter left out. */
  readonly filtered: number;
  readonly tooLarge: number;
  readonly malformed: number;
  /** Fields of given frames that were left out. */
  readonly longValues: number;
  readonly deepFields: number;
  readonly manyNames: number;
  /** Octets of values that were no text. */
  readonly badText: number;
}

export interface PdmlSummary {
  readonly counts: PdmlCounts;
  readonly inFlows: number;
  readonly withoutTime: number;
  readonly withoutKey: number;
  readonly flows: {
    readonly begun: number;
    readonly live: number;
    readonly mostLive: number;
    readonly idle: number;
    readonly end: number;
    readonly interrupted: number;
    readonly memory: number;
  };
  readonly unseenKeys: readonly string[];
  readonly problems: readonly string[];
}

const LABEL_WIDTH = 10;

/** Several lines for standard error, each with its end. */
export function printPdml(summary: PdmlSummary, seconds: number, colour = false): string {
  const { counts, inFlows, withoutTime, withoutKey, flows } = summary;
  const { frames, octets, given } = counts;
  const lines: string[] = [];
  const say = (label: string, text: string) => lines.push(`${label.padEnd(LABEL_WIDTH)}${text}`);
  const bad = (label: string, text: string) => say(label, styled(text, "red", colour));
  const perSecond =
    seconds > 0 ? `${withSeparators(frames / seconds)} frames/s, ${withUnit(octets / seconds, "B")}/s` : "";
  say("read", `${counted(frames, "frame")}, ${withUnit(octets, "B")} in ${withTime(seconds)} (${perSecond})`);
  say("in flows", counted(inFlows, "frame"));
  if (withoutTime > 0) bad("left out", `${counted(withoutTime, "frame")} without a usable frame.time_epoch`);
  if (withoutKey > 0) say("left out", `${counted(withoutKey, "frame")} without any of the key's fields`);
  if (counts.filtered > 0) say("left out", `${counted(counts.filtered, "frame")} by the filter`);
  if (counts.tooLarge > 0) bad("left out", `${counted(counts.tooLarge, "frame")} too large`);
  if (counts.malformed > 0) bad("left out", `${counted(counts.malformed, "frame")} malformed or cut`);
  if (counts.longValues > 0) bad("fields", `${counted(counts.longValues, "value")} too long, left out`);
  if (counts.deepFields > 0) bad("fields", `${counted(counts.deepFields, "field")} nested too deep, left out`);
  if (counts.manyNames > 0)
    bad("fields", `${counted(counts.manyNames, "field")} left out, as there are too many names`);
  if (counts.badText > 0) bad("fields", `${counted(counts.badText, "octet")} of values that were no text, now "?"`);
  say(
    "flows",
    `${counted(flows.begun, "flow")}, ${withSeparators(flows.mostLive)} live at a time at the most${endings(flows)}`,
  );
  if (flows.memory > 0) {
    bad("", `${counted(flows.memory, "flow")} ended early, as flows held more than --memory allows`);
  }
  const missing = given - inFlows - withoutTime - withoutKey;
  const unread = frames - given - counts.filtered - counts.tooLarge - counts.malformed;
  if (missing !== 0 || unread !== 0)
    bad("", `IT DOES NOT ADD UP: ${missing + unread} frames unexplained, please report it`);
  for (const text of problemTexts(summary.problems)) bad("problem", text);
  return `${lines.join("\n")}\n`;
}

/** The same as a plain object. */
export function pdmlObject(summary: PdmlSummary, seconds: number): PdmlSummary & { readonly elapsedSeconds: number } {
  return { ...structuredClone(summary), elapsedSeconds: seconds };
}

function endings({ idle, end, interrupted }: PdmlSummary["flows"]): string {
  const parts = [
    ...(idle > 0 ? [`${withSeparators(idle)} ended by silence`] : []),
    ...(end > 0 ? [`${withSeparators(end)} at the end`] : []),
    ...(interrupted > 0 ? [`${withSeparators(interrupted)} when it was called off`] : []),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}
