// A constant piece of text as doubles, so that it is copied eight octets at a time.

/**
 * Copying a short text octet by octet or with `set` takes three to ten times as long as storing doubles (measured), and
 * the names make two thirds of a JSON record. A text of octets below 0x7f is never the bit pattern of a NaN, which a
 * double might not keep.
 */
export class AsciiText {
  readonly length: number;
  /** The octets, little endian, the last word filled with zeros. */
  readonly words: Float64Array;

  constructor(text: string) {
    this.length = text.length;
    this.words = asciiWords(text, Math.ceil(text.length / 8));
  }
}

/** The octets of a text as `count` doubles, filled with zeros at the end. */
export function asciiWords(text: string, count: number): Float64Array {
  const view = new DataView(new ArrayBuffer(8 * count));
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x7f) throw new RangeError(`not plain ASCII: ${JSON.stringify(text)}`);
    view.setUint8(i, code);
  }
  return Float64Array.from({ length: count }, (_, word) => view.getFloat64(8 * word, true));
}
