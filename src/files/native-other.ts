// Reads the entries of a block's `other` row by row, however many there are.
import { MOST_VALUE_OCTETS, nameNumber, type OtherFields } from "../core/other-fields.ts";
import { FileCursor } from "./file-cursor.ts";
import { type OtherPlaces, readIndex } from "./native-walk.ts";

/** Entries of one row at the most; no record of an export message has more. What is beyond them is left out. */
const MOST_ENTRIES = 1024;

export class OtherReader {
  private readonly places: OtherPlaces;
  private readonly ends: FileCursor;
  private readonly keys: FileCursor;
  private readonly values: FileCursor;
  /** Entries of the rows before. */
  private done = 0;

  constructor(places: OtherPlaces, fd: number, size: number) {
    this.places = places;
    this.ends = new FileCursor(fd, size);
    this.keys = new FileCursor(fd, size);
    this.values = new FileCursor(fd, size);
    this.ends.seek(places.ends);
    this.keys.seek(places.keys);
    this.values.seek(places.values);
  }

  /** Adds the entries of the next rows: as many rows as asked for, or fewer when their texts take `mostOctets`. Gives how many. */
  read(other: OtherFields, rows: number, mostOctets: number): number {
    for (let row = 0; row < rows; row++) {
      if (other.room(0) > mostOctets) return row;
      const end = this.ends.u64();
      for (let kept = 0; this.done < end; this.done++) this.readEntry(other, row, ++kept <= MOST_ENTRIES);
    }
    return rows;
  }

  private readEntry(other: OtherFields, row: number, keep: boolean): void {
    const { values } = this;
    const name = this.readName(keep);
    const octets = values.varuint();
    if (!keep) {
      values.skip(octets);
      return;
    }
    const kept = Math.min(octets, MOST_VALUE_OCTETS);
    const at = other.room(kept);
    values.copy(other.text, at, kept);
    if (kept < octets) values.skip(octets - kept);
    other.add(row, name, at + kept);
  }

  private readName(keep: boolean): number {
    const { keys, places } = this;
    if (places.keyOctets > 0) return places.names[readIndex(keys, places.keyOctets)]!;
    const octets = keys.varuint();
    if (!keep || octets > MOST_ENTRIES) {
      keys.skip(octets);
      return nameNumber("otherNames");
    }
    const text = new Uint8Array(octets);
    keys.copy(text, 0, octets);
    return nameNumber(new TextDecoder().decode(text));
  }
}
