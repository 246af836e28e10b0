// Addresses: RFC 5952 and parsing, judged by the URL parser and the address functions of Node.

import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, isIpv4, isNone, parseAddress } from "./address.ts";

const octets = (text: string) => Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));
const text = (hex: string) => formatAddress(octets(hex));

/** What the URL parser of Node makes of it (WHATWG URL, "IPv6 serializer"): code that is not ours. */
function urlText(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

// Many zeros, so that there are gaps of all lengths at all places.
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));

describe("the text of an address", () => {
  it("is as RFC 5952 section 4 has it", () => {
    expect(text("20010db8000000000000000000000001")).toBe("2001:db8::1");
    expect(text("20010db8000000000001000000000001")).toBe("2001:db8::1:0:0:1");
    expect(text("20010db8000000010001000100010001")).toBe("2001:db8:0:1:1:1:1:1");
    expect(text("20010000000000010000000000000001")).toBe("2001:0:0:1::1");
    expect(text("20010db80000aabb0ccc00ddeeee000f")).toBe("2001:db8:0:aabb:ccc:dd:eeee:f");
  });

  it("has the gap at the start, at the end, or all of it", () => {
    expect(text("00000000000000000000000000000000")).toBe("::");
    expect(text("00000000000000000000000000000001")).toBe("::1");
    expect(text("00010000000000000000000000000000")).toBe("1::");
    expect(text("ffffffffffffffffffffffffffffffff")).toBe("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  });

  it("has dots where it is IPv4, and only there", () => {
    expect(text("00000000000000000000ffff0a000001")).toBe("10.0.0.1");
    expect(text("00000000000000000000ffff00000000")).toBe("0.0.0.0");
    expect(text("00000000000000000000ffffffffffff")).toBe("255.255.255.255");
    expect(text("00000000000000000000ffff63646500")).toBe("99.100.101.0");
    expect(text("000000000000000000000000c0000201")).toBe("::c000:201");
    expect(text("0064ff9b0000000000000000c0000201")).toBe("64:ff9b::c000:201");
    expect(text("00000000000000000001ffff0a000001")).toBe("::1:ffff:a00:1");
  });

  it("of each IPv4 octet at each place is right", () => {
    for (let value = 0; value < 256; value++) {
      const four = [value, 255 - value, (value * 7) & 255, value];
      expect(formatAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...four))).toBe(four.join("."));
    }
  });

  it("is what Node's URL parser writes", () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        fc.pre(!isIpv4(address, 0));
        expect(formatAddress(address)).toBe(urlText(address));
      }),
      { numRuns: 2000 },
    );
  });

  it("reads back as the same octets, and Node takes it for the same address", () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        const written = formatAddress(address);
        expect(parseAddress(written)).toEqual(address);
        const family = isIP(written) === 4 ? "ipv4" : "ipv6";
        const list = new BlockList();
        list.addAddress(written, family);
        expect(list.check(family === "ipv4" ? written : urlText(address), family)).toBe(true);
      }),
    );
  });

  it("is read at its offset", () => {
    const two = Uint8Array.of(
      ...octets("20010db8000000000000000000000001"),
      ...octets("00000000000000000000ffff0a000001"),
    );
    expect(formatAddress(two, 16)).toBe("10.0.0.1");
  });
});

describe("none", () => {
  it("is all zero and nothing else", () => {
    const address = new Uint8Array(16);
    expect(isNone(address, 0)).toBe(true);
    for (let place = 0; place < 16; place++) {
      address.fill(0);
      address[place] = 1;
      expect(isNone(address, 0)).toBe(false);
      expect(isIpv4(address, 0)).toBe(false);
    }
  });
});

describe("parsing", () => {
  it("agrees with Node on what is an address", () => {
    const piece = fc.constantFrom(
      "",
      ":",
      "::",
      "1",
      "0",
      "ffff",
      "12345",
      "g",
      ".",
      "1.2.3.4",
      "256",
      "01",
      "%eth0",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const candidate = pieces.join("");
        fc.pre(!candidate.includes("%")); // zones name interfaces, not addresses
        expect(parseAddress(candidate) !== null).toBe(isIP(candidate) !== 0);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes what people write", () => {
    for (const [written, canonical] of [
      ["2001:DB8::1", "2001:db8::1"],
      ["::ffff:192.0.2.1", "192.0.2.1"],
      ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ] as const) {
      expect(formatAddress(parseAddress(written)!)).toBe(canonical);
    }
  });

  it("refuses what is none", () => {
    for (const wrong of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "1.2.3.256",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1.2.3.4::",
      "::1.2.3",
      "fe80::1%eth0",
    ]) {
      expect(parseAddress(wrong), wrong).toBeNull();
    }
  });
});
