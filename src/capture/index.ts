// The door of capture/: captures and live interfaces in, PacketBlocks out; and a pcap writer.
export type { OpenOptions } from "./capture-program.ts";
export { type PcapOptions, PcapWriter, writePcapHeader } from "./pcap-writer.ts";
export { openSource, openSources } from "./sources.ts";
export { isSync, type SyncPacketSource } from "./sync-source.ts";
