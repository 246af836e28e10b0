// The options of who may ask `flowgauge serve`, and by which way: users, TLS, a proxy in front.
import { BlockList, isIP } from "node:net";
import { type Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import {
  Access,
  certificateProblem,
  type Guard,
  guardOf,
  LoginLimits,
  loginRoutes,
  ROLES,
  readServerTls,
  type ServeRoutes,
  type ServerTls,
  Sessions,
  Users,
} from "../serve/index.ts";
import { repeated } from "./option-values.ts";
import { stateFolder, withState } from "./serve-user.ts";

/** The options as commander gives them. */
export interface AccessSettings {
  readonly state?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly hostName: readonly string[];
  readonly trustProxyHeader?: string;
  readonly proxy: readonly string[];
  readonly proxyRole: (typeof ROLES)[number];
}

export interface AccessPlan {
  readonly guard: Guard;
  readonly routes: ServeRoutes;
  readonly tls: ServerTls | null;
  /** False = everybody may ask. */
  readonly loginNeeded: () => boolean;
  /** Sentences for everybody who looks at the page. */
  readonly problems: () => readonly string[];
}

export function withAccess(command: Command): Command {
  command
    .optionsGroup("Who may ask:")
    .option("--tls-cert <file>", "speak TLS with this certificate (PEM); a new one is taken at the next start")
    .option("--tls-key <file>", "and this key (PEM)")
    .addOption(
      new Option("--host-name <name>", "a name by which readers call this server; repeatable")
        .argParser(repeated)
        .default([], "localhost and addresses"),
    )
    .option("--trust-proxy-header <name>", "who asks stands in this header, set by a proxy in front: Remote-User")
    .addOption(
      new Option("--proxy <network>", "with it: where the proxy speaks from; repeatable")
        .argParser(repeated)
        .default([], "this machine"),
    )
    .addOption(
      new Option("--proxy-role <role>", "with it: what users may do whom `serve user` does not know")
        .choices(ROLES)
        .default("viewer"),
    );
  return withState(command);
}

/** `host`: where it listens. Throws a UsageError where anybody at all could ask. */
export function accessPlan(settings: AccessSettings, host: string): AccessPlan {
  const { trustProxyHeader, hostName, proxyRole } = settings;
  const users = new Users(stateFolder(settings.state));
  const loopback = isLoopback(host);
  if (!loopback && trustProxyHeader === undefined && !users.some) {
    throw new UsageError(
      `--listen: expected users, as ${host} can be reached from other machines, found none; flowgauge serve user add NAME --role admin makes one.`,
    );
  }
  const tls = tlsOf(settings);
  const access = new Access({
    users,
    sessions: new Sessions(),
    limits: new LoginLimits(),
    proxyHeader: trustProxyHeader === undefined ? null : headerName(trustProxyHeader),
    proxies: proxiesOf(settings),
    proxyRole,
    loopback,
    hosts: hostName.length === 0 ? null : hostName.map((name) => name.toLowerCase()),
  });
  return {
    guard: guardOf(access),
    routes: loginRoutes(access),
    tls,
    loginNeeded: () => !access.open,
    problems: () => {
      const over = tls === null ? null : certificateProblem(tls, Date.now());
      const plain = !loopback && tls === null && trustProxyHeader === undefined;
      return [
        ...(over === null ? [] : [over]),
        ...(plain
          ? ["passwords and answers cross the network as they are: --tls-cert and --tls-key protect them"]
          : []),
      ];
    },
  };
}

function tlsOf({ tlsCert, tlsKey }: AccessSettings): ServerTls | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    const [there, other] = tlsCert === undefined ? ["--tls-key", "--tls-cert"] : ["--tls-cert", "--tls-key"];
    throw new UsageError(`${there}: expected ${other} beside it, found none.`);
  }
  return readServerTls(tlsCert, tlsKey);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function headerName(text: string): string {
  if (/^[A-Za-z0-9-]{1,64}$/.test(text)) return text.toLowerCase();
  throw new UsageError(`--trust-proxy-header: expected the name of a header such as Remote-User, found "${text}".`);
}

function proxiesOf({ proxy, trustProxyHeader }: AccessSettings): (address: string) => boolean {
  if (proxy.length > 0 && trustProxyHeader === undefined) {
    throw new UsageError("--proxy: expected --trust-proxy-header NAME beside it, found none.");
  }
  const list = new BlockList();
  for (const text of proxy.length === 0 ? ["127.0.0.0/8", "::1"] : proxy) {
    const [address = "", length, ...rest] = text.split("/");
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1;
    if (family === 0 || bits < 0 || bits > most || rest.length > 0) {
      throw new UsageError(`--proxy: expected an address or network such as 10.0.0.0/8, found "${text}".`);
    }
    list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
    return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  };
}
