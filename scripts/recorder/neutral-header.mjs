// @ts-check
// Takes the recording machine's own words (processor, system, program) out of a pcapng file, and puts a comment there.
// Section Header Block: type u32 | length u32 | magic u32 | version u32 | section length u64 | options | length u32

/** @param {number} code @param {string} text @returns {Buffer} */
function option(code, text) {
  const value = Buffer.from(text);
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16LE(code, 0);
  padded.writeUInt16LE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

/** @param {Buffer} file a little-endian pcapng file @param {string} comment @returns {Buffer} */
export function neutralHeader(file, comment) {
  if (file.readUInt32LE(0) !== 0x0a0d0d0a || file.readUInt32LE(8) !== 0x1a2b3c4d) throw new Error("not a pcapng file");
  const options = Buffer.concat([option(1, comment), Buffer.alloc(4)]);
  const length = 24 + options.length + 4;
  const head = Buffer.alloc(24);
  file.copy(head, 0, 0, 24);
  head.writeUInt32LE(length, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(length);
  return Buffer.concat([head, options, tail, ...blocks(file)]);
}

/** The blocks after the first; an Interface Description Block loses its if_os option (12). @param {Buffer} file @returns {Buffer[]} */
function blocks(file) {
  const found = [];
  for (let at = file.readUInt32LE(4); at < file.length; at += file.readUInt32LE(at + 4)) {
    const block = file.subarray(at, at + file.readUInt32LE(at + 4));
    found.push(block.readUInt32LE(0) === 1 ? withoutSystem(block) : block);
  }
  return found;
}

/** @param {Buffer} block @returns {Buffer} */
function withoutSystem(block) {
  const kept = [block.subarray(0, 16)];
  for (let at = 16; at < block.length - 4; ) {
    const size = 4 + Math.ceil(block.readUInt16LE(at + 2) / 4) * 4;
    if (block.readUInt16LE(at) !== 12) kept.push(block.subarray(at, at + size));
    at += size;
  }
  const fresh = Buffer.concat([...kept, Buffer.alloc(4)]);
  fresh.writeUInt32LE(fresh.length, 4);
  fresh.writeUInt32LE(fresh.length, fresh.length - 4);
  return fresh;
}
