// CompressionFault: compressed data that are damaged or cut. Its message is a sentence without the place, which the source adds.

export class CompressionFault extends Error {
  override readonly name = "CompressionFault";
}
