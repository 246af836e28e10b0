// TagParts: what a start tag of PDML says, and where; one object for every reader of tags.
import { NO_NAME } from "./field-names.ts";

/** Elements whose numbers are known: the first ones that the names of elements are given. */
export const TAGS = ["packet", "proto", "field"] as const;
export const [PACKET, PROTO, FIELD] = [0, 1, 2] as const;

export class TagParts {
  /** The element's number, and whether it has no content (`/>`). */
  element: number = PACKET;
  empty = false;
  /** The field name's id where it is the one that was expected, else NO_NAME. */
  id = NO_NAME;
  /** Octets of the attributes, to not included; from = to where there is none or nobody asked for it. */
  name = 0;
  nameTo = 0;
  value = 0;
  valueTo = 0;
  label = 0;
  labelTo = 0;
  /** They are as they are to be: printed ASCII without references. */
  plain = true;
}
