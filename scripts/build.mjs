// @ts-check
// `npm run build`: compiles src/ to dist/, whether or not it looks up to date.
import { build, checkNode, install } from "./setup.mjs";

checkNode();
await install();
process.exitCode = await build({ force: true });
