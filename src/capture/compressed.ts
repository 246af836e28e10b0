// Compressed captures: recognised by their first octets and decompressed piece by piece, as the octets come.
import { gunzip } from "./gzip.ts";
import { OctetPull } from "./octet-pull.ts";
import { RECOGNISE_OCTETS, recognise } from "./recognise.ts";
import { unzstd } from "./zstd.ts";

/** Passes octets on, decompressed if their first ones say that they are compressed. */
export async function* decompressed(
  octets: AsyncIterator<Uint8Array, unknown, void>,
): AsyncGenerator<Uint8Array, void, void> {
  const pull = new OctetPull(octets);
  const { kind } = recognise((await pull.peek(4)).subarray(0, RECOGNISE_OCTETS));
  if (kind === "gzip") yield* gunzip(pull);
  else if (kind === "zstd") yield* unzstd(pull);
  else for (let piece = await pull.piece(); piece !== null; piece = await pull.piece()) yield piece;
}
