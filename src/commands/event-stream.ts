// Server-sent events out of a stream of octets: each with its name and its data. What is no whole event at the end is left out.

export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Characters of one event at the most: a server that sends no end of it would fill the memory. */
const MOST = 16_777_216;

/** Throws an Error where an event is too large. */
export async function* serverEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  let name = "message";
  let data: string[] = [];
  let size = 0;
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      size += line.length;
      if (line === "") {
        if (data.length > 0) yield { name, data: data.join("\n") };
        name = "message";
        data = [];
        size = 0;
      } else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      else if (line.startsWith("event:")) name = line.slice(6).trim();
    }
    if (size + rest.length > MOST) throw new Error("expected pictures of a sane size, found a larger one");
  }
}
