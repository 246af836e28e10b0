// The door of the files room: flow files to batches and back.
export { FileTarget } from "./block-target.ts";
export { NativeBlock } from "./native-block.ts";
export { type NativeReader, readNative } from "./native-reader.ts";
export { isNative, NATIVE_OCTETS } from "./native-recognise.ts";
export { inspectNative, type Recovery } from "./native-recovery.ts";
export { NativeWriter, type NativeWriterOptions, nativeFields } from "./native-writer.ts";
