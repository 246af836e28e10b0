// CRC-32 of a file as it is on the disk: at the speed of reading it, without decoding anything.
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

const CHUNK_OCTETS = 1_048_576;

/** As zip and gzip count it: 0 to 2^32 - 1. */
export async function fileCrc32(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_OCTETS);
    let sum = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_OCTETS, null);
      if (bytesRead === 0) return sum;
      sum = crc32(bytesRead === CHUNK_OCTETS ? chunk : chunk.subarray(0, bytesRead), sum);
    }
  } finally {
    await file.close();
  }
}
