// The door of the terminal room: a terminal that a program has for itself: painting, keys, colours, leaving it as it was.
export type { TerminalInput } from "./input-decoder.ts";
export { type Line, type Look, plainText, type Span, span } from "./span.ts";
export { Terminal } from "./terminal.ts";
export { colourDepth, Theme } from "./theme.ts";
