// @ts-check
// `npm run bench [-- ARGS...]`: builds what is stale, compiles bench/, and runs it.
import { join } from "node:path";
import { build, checkNode, install, ROOT, run, say } from "./setup.mjs";

checkNode();
await install();
let code = await build();
if (code === 0) {
  say("building the bench");
  code = await run(process.execPath, [
    join(ROOT, "node_modules", "typescript", "bin", "tsc"),
    "-p",
    "tsconfig.bench.json",
  ]);
}
if (code === 0) {
  code = await run(process.execPath, [join(ROOT, ".bench-build", "bench", "index.js"), ...process.argv.slice(2)]);
}
process.exitCode = code;
