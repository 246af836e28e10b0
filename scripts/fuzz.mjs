// @ts-check
// `npm run fuzz [-- ARGS...]`: builds what is stale, compiles bench/, and runs the fuzzing of the message decoder.
import { join } from "node:path";
import { build, checkNode, install, ROOT, run, say } from "./setup.mjs";

checkNode();
await install();
let code = await build();
if (code === 0) {
  say("building the fuzzing");
  code = await run(process.execPath, [
    join(ROOT, "node_modules", "typescript", "bin", "tsc"),
    "-p",
    "tsconfig.bench.json",
  ]);
}
if (code === 0) {
  code = await run(process.execPath, [
    join(ROOT, ".bench-build", "bench", "fuzz", "index.js"),
    ...process.argv.slice(2),
  ]);
}
process.exitCode = code;
