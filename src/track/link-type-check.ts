// Link types that nobody here decodes: counted packet by packet in the ledger, and told once for each interface.
import { SourceError } from "../core/errors.ts";
import type { PacketBlock } from "../core/packet-block.ts";
import { decodesLinkType } from "../decode/index.ts";

export class LinkTypeCheck {
  readonly problems: SourceError[] = [];
  private readonly source: string;
  private seen = 0;
  /** Interfaces of such a type, of which no packet has come yet. */
  private waiting: number[] = [];

  constructor(source: string) {
    this.source = source;
  }

  /** To be called with each block. */
  check(block: PacketBlock): void {
    const { interfaces } = block;
    for (; this.seen < interfaces.length; this.seen++) {
      if (!decodesLinkType(interfaces[this.seen]!.linkType)) this.waiting.push(this.seen);
    }
    if (this.waiting.length > 0) this.waiting = this.waiting.filter((index) => !this.tell(block, index));
  }

  private tell(block: PacketBlock, index: number): boolean {
    const row = block.interfaceIndex.subarray(0, block.count).indexOf(index);
    if (row < 0) return false;
    const { linkType, name } = block.interfaces[index]!;
    const where = name === null ? "" : ` of interface ${name}`;
    this.problems.push(
      new SourceError(
        { source: this.source, packet: block.firstPacket + row },
        `expected a link type that is decoded (Ethernet, 802.11, PPP, raw IP, Linux cooked ...), found LINKTYPE ${linkType}${where}; its packets are in no flow`,
      ),
    );
    return true;
  }
}
