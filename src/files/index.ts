// The door of the files room: flow files to batches and back.
export { type NativeReader, readNative } from "./native-reader.ts";
export { isNative, NATIVE_OCTETS } from "./native-recognise.ts";
export type { Recovery } from "./native-recovery.ts";
export { NativeWriter, type NativeWriterOptions } from "./native-writer.ts";
