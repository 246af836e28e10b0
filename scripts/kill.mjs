// @ts-check
// `npm run kill [-- KILLS [SEED]]`: the test of a collector that is killed at any moment, with more kills than `npm test` has (default 500).
import { join } from "node:path";
import { build, checkNode, install, ROOT, run } from "./setup.mjs";

const [kills = "500", seed = "4"] = process.argv.slice(2);

checkNode();
await install();
let code = await build();
if (code === 0) {
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  code = await run(process.execPath, [vitest, "run", "test/store-kill.test.ts"], {
    env: { ...process.env, FLOWGAUGE_KILLS: kills, FLOWGAUGE_SEED: seed },
  });
}
process.exitCode = code;
