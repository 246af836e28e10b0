// The door of capture/: captures and live interfaces in, PacketBlocks out; a pcap writer; and octets of other files, decompressed.
export { findExecutable, type OpenOptions, permissionSentence } from "./capture-program.ts";
export { CompressionFault } from "./compression-fault.ts";
export { openOctets } from "./open-octets.ts";
export { type PcapOptions, PcapWriter, writePcapHeader } from "./pcap-writer.ts";
export { describeFirst, recognise } from "./recognise.ts";
export { openSource, openSources } from "./sources.ts";
export { isSync, type SyncPacketSource } from "./sync-source.ts";
export { systemReason } from "./system-reason.ts";
