// What repair did, or would do: a line a step, then the sum.
import type { Repaired, RepairStep } from "../store/index.ts";
import { counted } from "./quantity.ts";

export interface RepairReport {
  readonly folder: string;
  readonly steps: readonly RepairStep[];
  readonly done: Repaired;
  readonly dryRun: boolean;
  /** Whether the spool was repaired, too. */
  readonly writing: boolean;
}

export function printRepaired({ steps, done, dryRun, writing }: RepairReport): string {
  const lines = steps.map(({ path, sentence }) => `${path}: ${sentence}`);
  if (!writing) lines.push("somebody writes the store now: its spool is left to him");
  if (steps.length === 0) lines.push("nothing to repair");
  else lines.push(`${counted(steps.length, "step")}${dryRun ? " to do" : " done"}`);
  const { damaged, damagedFlows, salvagedFlows } = done;
  if (damaged > 0 && !dryRun) {
    lines.push(`${counted(damaged, "damaged segment")}: ${salvagedFlows} of ${counted(damagedFlows, "flow")} saved`);
  }
  return `${lines.join("\n")}\n`;
}

/** The object of `--json`. */
export function repairedObject({ folder, steps, done, dryRun, writing }: RepairReport): object {
  const { damaged, damagedFlows, salvagedFlows } = done;
  return {
    flowgauge: "store-repair/1",
    folder,
    done: !dryRun,
    spool: writing,
    steps,
    damaged,
    damagedFlows,
    salvagedFlows,
  };
}
