// gzip (RFC 1952), one member or several, decompressed as a stream.
import { createGunzip } from "node:zlib";
import { CompressionFault } from "./compression-fault.ts";
import type { OctetPull } from "./octet-pull.ts";
import { TransformPull } from "./transform-pull.ts";

/**
 * Compressed octets fed at once. They may grow a thousandfold, so a small meal keeps a decompression bomb harmless:
 * what one meal gives is handed on before the next one.
 */
const MEAL_OCTETS = 32_768;
const OUTPUT_OCTETS = 131_072;

export async function* gunzip(pull: OctetPull): AsyncGenerator<Uint8Array, void, void> {
  const inflater = new TransformPull(createGunzip({ chunkSize: OUTPUT_OCTETS }));
  try {
    for (let piece = await pull.piece(); piece !== null; piece = await pull.piece()) {
      let given: Uint8Array[] = [];
      for (let at = 0; at < piece.length; at += MEAL_OCTETS) {
        // zlib works in a thread of its own: while it eats, the packets of the meal before are looked at.
        const eaten = inflater.feed(piece.subarray(at, at + MEAL_OCTETS));
        yield* given;
        await eaten;
        given = inflater.given();
        if (inflater.fault !== null) break;
      }
      yield* given;
      if (inflater.fault !== null) throw explain(inflater.fault);
    }
    await inflater.finish();
    yield* inflater.given();
    if (inflater.fault !== null) throw explain(inflater.fault);
  } finally {
    inflater.stop();
  }
}

function explain(fault: NodeJS.ErrnoException): CompressionFault {
  if (fault.code === "Z_BUF_ERROR") {
    return new CompressionFault(
      "expected more gzip data, found its end; the file was cut short, the packets before are given",
    );
  }
  return new CompressionFault(
    `expected sound gzip data, found damage (${fault.message}); the packets before are given`,
  );
}
