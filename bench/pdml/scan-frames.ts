// Our scanner alone: every frame of a PDML file is read, and nothing done with it. node scan-frames.js FILE
import { FieldNames } from "../../src/pdml/field-names.ts";
import { openFrames } from "../../src/pdml/open-frames.ts";

const source = await openFrames(process.argv.slice(2), { names: new FieldNames() });
let fields = 0;
do for (let frame = source.next(); frame !== null; frame = source.next()) fields += frame.fields;
while (await source.more());
await source.close();
process.stderr.write(`${source.counts.given} frames, ${fields} fields\n`);
if (source.problems.length > 0) throw new Error(source.problems.join());
