// The door of the live room: flow records in, pictures of now and of the last minutes out.
export { type HostNameOptions, HostNames, NAME_LIMITS } from "./host-names.ts";
export { readHostsFile } from "./hosts-file.ts";
export { LIVE_DEFAULTS, type LiveOptions } from "./live-options.ts";
export { type LiveStatus, LiveTable } from "./live-table.ts";
