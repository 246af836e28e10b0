// flowgauge serve user: who may log in to the page.
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { ROLES, type User, Users } from "../serve/index.ts";
import { defaultStore } from "../store/index.ts";
import { enterPassword } from "./password-entry.ts";

const EXAMPLES = `Examples:
  flowgauge serve user add ada --role admin       asks for a password
  flowgauge serve user add bob < password.txt     its first line is the password; a viewer changes nothing
  flowgauge serve user list
`;

const STATE_OPTION = "--state <dir>";
const STATE_ABOUT = "where serve keeps users, filters and reports (default: beside the default store)";

/** Where serve keeps what it remembers. */
export function stateFolder(state: string | undefined): string {
  return resolve(state ?? join(dirname(defaultStore()), "serve"));
}

export function withState(command: Command): Command {
  return command.option(STATE_OPTION, STATE_ABOUT);
}

/** `--state` may stand before `user`, too: then it is an option of serve itself. */
function usersOf(command: Command): Users {
  return new Users(stateFolder(command.optsWithGlobals<{ readonly state?: string }>().state));
}

export function serveUserCommand(): Command {
  const command = new Command("user").description("Who may log in.").addHelpText("before", EXAMPLES);
  for (const make of [addCommand, listCommand, passwordCommand, roleCommand, removeCommand])
    command.addCommand(withState(make()));
  return command;
}

function roleOption(): Option {
  return new Option("--role <role>", "viewer: asks everything; admin: also saves and changes").choices(ROLES);
}

function addCommand(): Command {
  return new Command("add")
    .description("Add a user; from the first one on, everybody needs to log in.")
    .argument("<name>")
    .addOption(roleOption().default("viewer"))
    .action(async (name: string, { role }: Pick<User, "role">, command: Command) => {
      const users = usersOf(command);
      const first = !users.some;
      users.checkNew(name);
      await users.add(name, role, await enterPassword(name));
      say(`${name} (${role}) may log in${first ? "; from now on everybody has to" : ""}`);
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("The users and their roles.")
    .option("--json", "a JSON array")
    .action(({ json }: { readonly json?: true }, command: Command) => {
      const list = usersOf(command).list();
      if (json === true) process.stdout.write(`${JSON.stringify(list)}\n`);
      else if (list.length === 0) say("there are no users: whoever reaches the page on this machine may do everything");
      else process.stdout.write(list.map(({ name, role }) => `${role.padEnd(7)} ${name}\n`).join(""));
    });
}

function passwordCommand(): Command {
  return new Command("password")
    .description("Give a user another password; his sessions end.")
    .argument("<name>")
    .action(async (name: string, _settings: object, command: Command) => {
      const users = usersOf(command);
      users.checkKnown(name);
      await users.changePassword(name, await enterPassword(name));
      say(`the password of ${name} is changed`);
    });
}

function roleCommand(): Command {
  return new Command("role")
    .description("Give a user another role; his sessions end.")
    .argument("<name>")
    .addOption(roleOption().makeOptionMandatory())
    .action((name: string, { role }: Pick<User, "role">, command: Command) => {
      usersOf(command).changeRole(name, role);
      say(`${name} is ${role} now`);
    });
}

function removeCommand(): Command {
  return new Command("remove")
    .description("Remove a user; his sessions end.")
    .argument("<name>")
    .action((name: string, _settings: object, command: Command) => {
      const users = usersOf(command);
      users.remove(name);
      say(
        users.some
          ? `${name} is removed`
          : `${name} is removed; nobody is left: the page is open to this machine again`,
      );
    });
}

function say(sentence: string): void {
  process.stderr.write(`flowgauge: ${sentence}\n`);
}
