// The options of what the page knows of hosts: a hosts file, reverse DNS, databases of places.
import { BlockList, isIP } from "node:net";
import { type Command, Option } from "commander";
import { HostNames, readHostsFile } from "../live/index.ts";
import { Geo, hostRoute, type ServeRoutes } from "../serve/index.ts";
import { repeated } from "./option-values.ts";

/** The options as commander gives them. */
export interface HostSettings {
  readonly geo: readonly string[];
  readonly hosts?: string;
  /** false = --no-names. */
  readonly names: boolean;
  readonly local?: string;
}

export function withHosts(command: Command): Command {
  return command
    .optionsGroup("Hosts:")
    .addOption(
      new Option("--geo <file>", "a database in MaxMind's format of places or AS numbers; repeatable")
        .argParser(repeated)
        .default([], "none"),
    )
    .option("--hosts <file>", "names of hosts, as in /etc/hosts")
    .option("--no-names", "do not ask reverse DNS for names");
}

export async function hostRoutes({ geo, hosts, names, local }: HostSettings): Promise<ServeRoutes> {
  const known = new HostNames({ lookups: names, ...(hosts === undefined ? {} : { hosts: readHostsFile(hosts) }) });
  return hostRoute({
    geo: geo.length === 0 ? null : await Geo.open(geo),
    namesOf: (address) => known.namesOf(address),
    isLocal: local === undefined ? null : localTest(local),
  });
}

/** Networks were looked at before: what is none is passed over. */
function localTest(text: string): (address: string) => boolean {
  const list = new BlockList();
  for (const network of text.split(",")) {
    const [address = "", length] = network.trim().split("/");
    const family = isIP(address);
    if (family === 0) continue;
    list.addSubnet(
      address,
      length === undefined ? (family === 4 ? 32 : 128) : Number(length),
      family === 4 ? "ipv4" : "ipv6",
    );
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
