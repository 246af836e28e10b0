// EkNames: names of `tshark -T ek` (`tcp_tcp_flags_syn`) as they are everywhere else (`tcp.flags.syn`).
import { FieldNames, NO_NAME } from "./field-names.ts";
import type { FieldTable } from "./tshark-fields.ts";

/** The answer for what is no field but a line for people. */
export const NOT_A_FIELD = -2;

/**
 * ek has `<protocol>_<name>` with an underscore for each dot; a protocol is its own name alone. What it was is known of the names that were
 * asked for, and of all where tshark is here to tell. Else the protocol is taken off, and the first underscore behind it is the dot:
 * `frame_frame_time_epoch` is frame.time_epoch, but `tcp_tcp_flags_syn` is tcp.flags_syn.
 */
export class EkNames {
  readonly #names: FieldNames;
  /** The names as they are in ek, and what became of each. */
  readonly #keys = new FieldNames();
  #ids = new Int32Array(1024);
  /** ek's name -> name. */
  readonly #known = new Map<string, string>();

  /** Names that are in `names` already are those asked for. `table`: what tshark knows; null where it is not here. */
  constructor(names: FieldNames, table: FieldTable | null) {
    this.#names = names;
    for (const [name, { protocols }] of table ?? [])
      for (const protocol of protocols) this.#learn(protocol, name, false);
    for (let id = 0; id < names.size; id++) {
      const name = names.text(id);
      // Without a table its protocol is what stands before one of its dots.
      for (const protocol of table?.get(name)?.protocols ?? beforeDots(name)) this.#learn(protocol, name, true);
    }
  }

  /** The id of the name whose ek form is octets from .. to; NO_NAME or NOT_A_FIELD. */
  idAt(octets: Uint8Array, from: number, to: number): number {
    const key = this.#keys.idAt(octets, from, to);
    if (key === NO_NAME) return NO_NAME;
    if (key >= this.#ids.length) {
      const wider = new Int32Array(this.#ids.length * 2);
      wider.set(this.#ids);
      this.#ids = wider;
    }
    // 0 = not looked up yet: ids are kept one higher, and those below 0 as they are.
    const known = this.#ids[key]!;
    if (known !== 0) return known > 0 ? known - 1 : known;
    const id = this.#find(this.#keys.text(key));
    this.#ids[key] = id >= 0 ? id + 1 : id;
    return id;
  }

  #find(key: string): number {
    if (key === "text") return NOT_A_FIELD;
    return this.#names.idOf(this.#known.get(key) ?? this.#ofOther(key) ?? byRule(key));
  }

  /** tshark's list has a name once, with one of its protocols: `ipv6_ip_version` is `ip_ip_version` there. */
  #ofOther(key: string): string | undefined {
    for (const name of behindUnderscores(key)) {
      for (const rest of behindUnderscores(name)) {
        const known = this.#known.get(`${name.slice(0, -rest.length - 1)}_${name}`);
        if (known !== undefined) return known;
      }
    }
    return undefined;
  }

  /** Two names may be one in ek: what was asked for is meant. */
  #learn(protocol: string, name: string, asked: boolean): void {
    const key = protocol === name ? underscored(name) : `${underscored(protocol)}_${underscored(name)}`;
    if (asked || !this.#known.has(key)) this.#known.set(key, name);
  }
}

function underscored(name: string): string {
  return name.replaceAll(".", "_");
}

function beforeDots(name: string): string[] {
  const parts: string[] = [];
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) parts.push(name.slice(0, dot));
  return parts;
}

function behindUnderscores(key: string): string[] {
  return Array.from(key.matchAll(/_/g), ({ index }) => key.slice(index + 1));
}

/** The protocol is what is said twice, `<protocol>_<protocol>_<rest>`. */
function byRule(key: string): string {
  for (let at = key.indexOf("_", 1); at > 0; at = key.indexOf("_", at + 1)) {
    const protocol = key.slice(0, at);
    const twice = `${protocol}_${protocol}_`;
    if (key.startsWith(twice)) return `${protocol}.${key.slice(twice.length)}`.replace(/^_ws_/, "_ws.");
  }
  return key.replace(/^_ws_/, "_ws.");
}
