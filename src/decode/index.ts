// The door of decode/: PacketBlock -> Layers.
export { DECODE_DEFAULTS, type DecodeOptions, Decoder } from "./decoder.ts";
export { readDnsAnswers } from "./dns-answers.ts";
export { EMBEDDED_WORDS, EXTRA_WORDS, FAMILY, L, LayersBlock, MARK, ROW_WORDS } from "./layers.ts";
export { decodesLinkType } from "./link-types.ts";
