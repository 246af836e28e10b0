// The door of commands/: one file per subcommand.
export { trackCommand } from "./track.ts";
