// ICMP of the other direction of a biflow, whose one "port" says what its source sent.

/** Type * 256 + code that answers a query (RFC 792, 950, 4443, 8335); what is no query stays as it is. */
export function icmpReply(typeCode: number, version6: boolean): number {
  const code = typeCode & 0xff;
  const type = typeCode >>> 8;
  if (version6) return type === 128 || type === 160 ? ((type + 1) << 8) | code : typeCode;
  if (type === 8) return code;
  return type === 13 || type === 15 || type === 17 || type === 42 ? ((type + 1) << 8) | code : typeCode;
}
