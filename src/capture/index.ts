// The door of capture/: captures and live interfaces in, PacketBlocks out; and a pcap writer.
export type { OpenOptions } from "./capture-program.ts";
export { PCAP_HEADER_OCTETS, type PcapOptions, PcapWriter, writePcapHeader } from "./pcap-writer.ts";
export { openSource, openSources } from "./sources.ts";
export { isSync, type SyncPacketSource } from "./sync-source.ts";
export { listInterfaces } from "./system-interfaces.ts";
