// What the system says when a socket cannot be had, in one sentence for a person.
import { SourceError } from "../core/errors.ts";

const SENTENCES: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "expected a free port, found that another program listens on it; end that one (`ss -lnp` names it) or choose another port",
  EACCES:
    "expected permission to listen, found none; ports below 1024 need root or CAP_NET_BIND_SERVICE, or choose a higher port",
  EADDRNOTAVAIL: "expected an address of this machine, found one that it does not have; `ip address` lists them",
  ERR_INVALID_FD_TYPE: "expected an inherited UDP socket under that descriptor, found none; see systemd.socket(5)",
  EBADF: "expected an inherited UDP socket under that descriptor, found none; see systemd.socket(5)",
  ENOTFOUND: "expected a name with an address, found none; check the name or give the address",
  EAI_AGAIN: "expected an answer to the name, found that no name server answers; give the address",
  EAFNOSUPPORT: "expected an address family that this system has, found that it has no IPv6; give an IPv4 address",
  ENODEV: "expected an interface that can join the multicast group, found none; name one with ?iface=",
  ENOBUFS: "expected room to join the multicast group, found none left; see sysctl net.ipv4.igmp_max_memberships",
};

export function socketError(where: string, cause: unknown): SourceError {
  const error = cause as NodeJS.ErrnoException;
  const sentence =
    SENTENCES[error.code ?? ""] ?? `expected to listen, found that the system refused (${error.message})`;
  return new SourceError({ source: where }, sentence, { cause });
}
