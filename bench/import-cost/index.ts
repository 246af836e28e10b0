// Why hot files copy imported constants: what an iteration costs with imported bindings and with a module's own.
import { spread } from "../measured-process.ts";
import { spinCopied } from "./copied.ts";
import { spinImported } from "./imported.ts";

const ITERATIONS = 500_000;
/** Many short calls a round, so that the engine has optimised the function and not only the running loop. */
const CALLS = 100;

/** Both loops in turn, in this process; the first round only warms them up. */
export function benchImports(rounds: number, say: (line: string) => void): string {
  const loops = [
    { title: "imported constants", spin: spinImported, costs: [] as number[] },
    { title: "copied into module constants", spin: spinCopied, costs: [] as number[] },
  ];
  const sums = new Set<number>();
  for (let round = 0; round <= rounds; round++) {
    for (const loop of loops) {
      const begin = performance.now();
      for (let call = 0; call < CALLS; call++) sums.add(loop.spin(ITERATIONS));
      const cost = ((performance.now() - begin) / (CALLS * ITERATIONS)) * 1e6;
      if (round > 0) loop.costs.push(cost);
    }
  }
  if (sums.size !== 1) say("the two loops disagree");
  const lines = [
    "### imports: a loop over constants of another module",
    "| | ns an iteration: median (min-max) |",
    "| --- | --- |",
  ];
  for (const { title, costs } of loops) {
    const { median, min, max } = spread(costs);
    lines.push(`| ${title} | ${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)}) |`);
  }
  return `${lines.join("\n")}\n`;
}
