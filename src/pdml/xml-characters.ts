// What octets mean in XML: tables for the scanner's loops.

/** A name of an element or attribute goes on: letters, digits, `_:-.` and what is not ASCII. */
export const NAME_OCTET = table((octet) => octet >= 0x80 || /[A-Za-z0-9_:.-]/.test(String.fromCharCode(octet)));
/** A name may begin with it. */
export const NAME_START = table((octet) => octet >= 0x80 || /[A-Za-z_:]/.test(String.fromCharCode(octet)));
/** In text between elements. */
export const TEXT_STOP = table((octet) => octet === 0 || `<&]`.includes(String.fromCharCode(octet)));

function table(test: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (test(octet) ? 1 : 0));
}

export function isSpace(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x0a || octet === 0x09 || octet === 0x0d;
}

/** XML 1.0, production 2: characters that may stand in a document. */
export function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x110000);
}
