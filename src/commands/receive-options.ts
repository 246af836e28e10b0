// The options of receiving messages, the same for every command that does.
import { type Command, Option } from "commander";
import { DEFAULT_BUFFER } from "./collect-plan.ts";
import { repeated } from "./option-values.ts";

/** Adds the options. `time` is what `--for` is when nothing is said. */
export function withReceiving(command: Command, time?: string): Command {
  const many = (flags: string, about: string) => new Option(flags, about).argParser(repeated);
  return command
    .optionsGroup("Messages:")
    .addOption(many("--listen <url>", "where to listen, as SOURCE; repeatable (default: udp://:2055)"))
    .addOption(many("--allow <exporter>", "only these: ADDRESS[/N][=ALIAS][@DOMAIN]; repeatable"))
    .option("--allow-file <file>", "the same, one a line")
    .option(
      "--buffer <octets>",
      `what the kernel is to hold of datagrams, for each socket (default: ${DEFAULT_BUFFER})`,
    )
    .addOption(many("--sampling <exporter=n>", "the exporter counts one of n packets, whatever it says; repeatable"))
    .addOption(
      new Option(
        "--clock <how>",
        "times of exporters whose clock is far off: move them to the time of receipt, or keep them (default: repair; captures: keep)",
      ).choices(["repair", "keep"]),
    )
    .option("--tls-cert <file>", "certificate for tls:// (PEM)")
    .option("--tls-key <file>", "its private key")
    .option("--tls-ca <file>", "exporters must have a certificate of these authorities")
    .option("--for <duration>", "end after this time", time);
}
