// The door of serve/: the HTTP server, and the users who may ask it.

export { PASSWORD_LENGTH } from "./passwords.ts";
export { ROLES, type User, Users } from "./users.ts";
