// Frame: one packet as tshark tells of it, as columns over the octets it came in. Every input format fills it; flows, columns and plug-ins read it.

/**
 * One object that is used again: valid until its source gives the next frame. Fields stand in the order of the input, nested ones
 * after the field they lie in; a name may occur many times.
 */
export interface Frame {
  /** 1, 2, ...: which frame of the input. */
  number: number;
  /** Octet of the (decompressed) input where the frame begins. */
  offset: number;
  /** How many fields there are. */
  fields: number;
  /** Where the texts lie: UTF-8, entities and escapes already resolved. */
  octets: Uint8Array;
  /** Of each field: the id that `FieldNames` gave its name. */
  name: Int32Array;
  /** Of each field: its value (PDML's `show`), octets from .. to, not included; from = to where there is none. */
  valueFrom: Int32Array;
  valueTo: Int32Array;
  /** Of each field: its line for people (PDML's `showname`), the same way. JSON formats do not carry it. */
  labelFrom: Int32Array;
  labelTo: Int32Array;
}

const FIRST_FIELDS = 512;

export function emptyFrame(): Frame {
  const column = () => new Int32Array(FIRST_FIELDS);
  return {
    number: 0,
    offset: 0,
    fields: 0,
    octets: new Uint8Array(0),
    name: column(),
    valueFrom: column(),
    valueTo: column(),
    labelFrom: column(),
    labelTo: column(),
  };
}

/** Twice as many fields; what is there stays. */
export function growFrame(frame: Frame): void {
  const grown = (column: Int32Array) => {
    const wider = new Int32Array(column.length * 2);
    wider.set(column);
    return wider;
  };
  frame.name = grown(frame.name);
  frame.valueFrom = grown(frame.valueFrom);
  frame.valueTo = grown(frame.valueTo);
  frame.labelFrom = grown(frame.labelFrom);
  frame.labelTo = grown(frame.labelTo);
}
