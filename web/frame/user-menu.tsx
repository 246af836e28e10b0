// Who is logged in, and the way out.
import { logOut } from "./api-client.ts";
import { refreshStatus, status } from "./server-status.ts";

export function UserMenu() {
  const user = status.value?.user ?? null;
  if (user === null) return null;
  const leave = async () => {
    await logOut().catch(() => {});
    await refreshStatus();
  };
  return (
    <span class="user">
      {user.name} <span class="quiet">({user.role})</span>{" "}
      <button type="button" onClick={() => void leave()}>
        Log out
      </button>
    </span>
  );
}
