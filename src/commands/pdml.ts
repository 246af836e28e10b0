// flowgauge pdml: what tshark dissected, as flows, frames and columns. Each subcommand in a file of its own.
import { Command } from "commander";
import { columnsCommand } from "./pdml-columns.ts";
import { flowsCommand, framesCommand } from "./pdml-flows.ts";
import { newPluginCommand } from "./pdml-new-plugin.ts";

const EXAMPLES = `Examples:
  tshark -r day.pcap -T pdml | flowgauge pdml flows -f ip.src -t 60    flows of any fields, one JSON object a line
  flowgauge pdml frames day.pdml.gz                                    one object a frame
  flowgauge pdml columns day.pdml -f http.host --sum frame.len --count  HTTP hosts by octets
`;

export function pdmlCommand(): Command {
  const command = new Command("pdml")
    .description("Frames as tshark dissects them: flows by any field, frames as objects.")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", "\ndocs/pdml.md has the details, and what people do with it.");
  for (const make of [flowsCommand, framesCommand, columnsCommand, newPluginCommand]) command.addCommand(make());
  return command;
}
