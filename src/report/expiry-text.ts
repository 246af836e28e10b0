// What expires, file by file with the reason, and what the store then keeps.
import type { ExpiryPlan, ExpiryRule, Forecast, KeepPolicy, StoredSegment } from "../store/index.ts";
import { counted, withUnit } from "./quantity.ts";
import { forecastLines } from "./store-info-text.ts";
import { isoText, keepWords, utcText } from "./store-words.ts";

export interface ExpiryReport {
  readonly folder: string;
  readonly policy: KeepPolicy;
  readonly plan: ExpiryPlan;
  readonly forecast: Forecast | null;
  /** Whether it has been done. */
  readonly done: boolean;
}

const RULE_WORDS: Readonly<Record<ExpiryRule, string>> = {
  age: "too old",
  size: "beyond the size",
  free: "the disk is too full",
  count: "beyond the number",
};

/** A line a segment, then the sum, what is kept and the forecast. */
export function printExpiry({ folder, policy, plan, forecast, done }: ExpiryReport): string {
  const { expiring, kept, unmet } = plan;
  const limits = keepWords(policy);
  const lines = expiring.map(
    (segment) =>
      `${below(folder, segment)}  ${withUnit(segment.octets, "B")}  ${segment.rules.map((rule) => RULE_WORDS[rule]).join(", ")}`,
  );
  const what = `${counted(expiring.length, "segment")} with ${counted(rowsOf(expiring), "flow")}, ${withUnit(octetsOf(expiring), "B")}`;
  lines.push(expiring.length === 0 ? "nothing expires" : `${done ? "deleted" : "would delete"}: ${what}`);
  const since = kept[0] === undefined ? "" : `, since ${utcText(Math.min(...kept.map(({ start }) => start)))} UTC`;
  lines.push(
    `kept: ${counted(kept.length, "segment")} with ${counted(rowsOf(kept), "flow")}, ${withUnit(octetsOf(kept), "B")}${since}`,
  );
  lines.push(`limits: ${limits.length > 0 ? limits.join(", ") : "none"}`);
  if (unmet.length > 0) lines.push("the newest segment stays, though a limit asks for it, too");
  for (const text of forecastLines(forecast)) lines.push(`forecast: ${text}`);
  return `${lines.join("\n")}\n`;
}

/** The object of `--json`. */
export function expiryObject({ folder, policy, plan, forecast, done }: ExpiryReport): object {
  return {
    flowgauge: "store-expire/1",
    folder,
    done,
    keep: policy,
    expiring: plan.expiring.map((segment) => ({ ...told(folder, segment), rules: segment.rules })),
    expiringOctets: octetsOf(plan.expiring),
    expiringFlows: rowsOf(plan.expiring),
    kept: plan.kept.length,
    keptOctets: octetsOf(plan.kept),
    keptFlows: rowsOf(plan.kept),
    unmet: plan.unmet,
    forecast,
  };
}

function told(folder: string, segment: StoredSegment) {
  const { start, length, rows, octets } = segment;
  return { path: below(folder, segment), from: isoText(start), to: isoText(start + length), flows: rows, octets };
}

function below(folder: string, { path }: StoredSegment): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

function rowsOf(segments: readonly StoredSegment[]): number {
  return segments.reduce((sum, { rows }) => sum + rows, 0);
}

function octetsOf(segments: readonly StoredSegment[]): number {
  return segments.reduce((sum, { octets }) => sum + octets, 0);
}
