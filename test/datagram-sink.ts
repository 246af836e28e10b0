// A socket that keeps the datagrams that come to it, and writes them down as a capture.
import { createSocket, type Socket } from "node:dgram";
import { datagram } from "./export-captures.ts";
import { pcap } from "./small-captures.ts";

export class DatagramSink {
  readonly messages: Buffer[] = [];
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("message", (message) => this.messages.push(message));
  }

  static async open(address = "127.0.0.1"): Promise<DatagramSink> {
    const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", recvBufferSize: 4_000_000 });
    await new Promise<void>((resolve) => socket.bind(0, address, () => resolve()));
    return new DatagramSink(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  close(): void {
    this.socket.close();
  }

  /** A capture of them, all to port 2055. */
  capture(): Buffer {
    return pcap(this.messages.map((message, at) => datagram(at / 1000, "192.0.2.1", message)));
  }
}

/** A port of UDP that was free a moment ago. */
export async function freePort(): Promise<number> {
  const sink = await DatagramSink.open();
  const { port } = sink;
  sink.close();
  return port;
}
