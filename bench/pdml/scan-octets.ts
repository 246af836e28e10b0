// The limit for a reader of PDML in JavaScript: every octet looked at once, the < counted. node scan-octets.js FILE
import { openSync, readSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
const descriptor = openSync(file, "r");
const octets = new Uint8Array(262_144);
let found = 0;
for (;;) {
  const length = readSync(descriptor, octets, 0, octets.length, null);
  if (length === 0) break;
  for (let at = 0; at < length; at++) if (octets[at] === 0x3c) found++;
}
process.stderr.write(`${found} <\n`);
