// @ts-check
// `npm run build`: makes dist/ of src/, whether or not it looks up to date.
import { build, checkNode, install } from "./setup.mjs";

checkNode();
await install();
process.exitCode = await build({ force: true });
