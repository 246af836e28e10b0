// Where addresses are and whose: databases in MaxMind's format that a user brings, read anew when they change.
import { statSync } from "node:fs";
import { type AsnResponse, type CityResponse, open, type Reader } from "maxmind";
import { SourceError } from "../core/errors.ts";

export interface Place {
  readonly country: string | null;
  readonly city: string | null;
  readonly as: { readonly number: number; readonly name: string } | null;
}

/** A database is kept in memory. */
const MOST_OCTETS = 1_073_741_824;
const KEPT = 10_000;
const MOST_TEXT = 200;

export class Geo {
  private readonly readers: readonly Reader<CityResponse & AsnResponse>[];

  private constructor(readers: readonly Reader<CityResponse & AsnResponse>[]) {
    this.readers = readers;
  }

  /** Throws a SourceError where a file is no such database. */
  static async open(paths: readonly string[]): Promise<Geo> {
    return new Geo(await Promise.all(paths.map(openDatabase)));
  }

  placeOf(address: string): Place {
    let [country, city, as]: [Place["country"], Place["city"], Place["as"]] = [null, null, null];
    for (const reader of this.readers) {
      const found = look(reader, address);
      country ??= text(found?.country?.names?.en ?? found?.country?.iso_code);
      city ??= text(found?.city?.names?.en);
      const number = found?.autonomous_system_number;
      if (typeof number === "number") as ??= { number, name: text(found?.autonomous_system_organization) ?? "" };
    }
    return { country, city, as };
  }
}

async function openDatabase(path: string): Promise<Reader<CityResponse & AsnResponse>> {
  try {
    const { size } = statSync(path);
    if (size > MOST_OCTETS) throw new Error(`${size} octets, more than ${MOST_OCTETS}`);
    return await open<CityResponse & AsnResponse>(path, {
      cache: { max: KEPT },
      watchForUpdates: true,
      watchForUpdatesNonPersistent: true,
    });
  } catch (error) {
    const found =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file; check the name" : (error as Error).message;
    throw new SourceError({ source: path }, `expected a database in MaxMind's format (.mmdb), found ${found}`, {
      cause: error,
    });
  }
}

/** A damaged database knows nothing. */
function look(reader: Reader<CityResponse & AsnResponse>, address: string) {
  try {
    return reader.get(address);
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, MOST_TEXT) : null;
}
