// The door of commands/: one file per subcommand.
export { guardStandardStreams } from "./standard-streams.ts";
export { trackCommand, trackPlan } from "./track.ts";
