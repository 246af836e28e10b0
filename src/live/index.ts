// The door of the live room: flow records in, pictures of now and of the last minutes out.
export { HostNames } from "./host-names.ts";
export { readHostsFile } from "./hosts-file.ts";
export { refuseUnkept } from "./kept-fields.ts";
export { keyParts } from "./key-parts.ts";
export { HISTORY, LIVE_FIELDS, type LiveOptions } from "./live-options.ts";
export { type LiveStatus, LiveTable } from "./live-table.ts";
