// The door of commands/: one file per subcommand.
export { collectCommand } from "./collect.ts";
export { doctorCommand } from "./doctor.ts";
export { exportCommand } from "./export.ts";
export { guardStandardStreams } from "./standard-streams.ts";
export { trackCommand, trackPlan } from "./track.ts";
