// The door of commands/: one file per subcommand.
export { trackCommand, trackPlan } from "./track.ts";
