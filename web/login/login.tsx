// Logging in: a name and a password, and what the server says of them.
import { useState } from "preact/hooks";
import { logIn } from "../frame/api-client.ts";
import { refreshStatus } from "../frame/server-status.ts";

export function LogIn() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const enter = async () => {
    setAsking(true);
    try {
      await logIn({ name, password });
      setFault(null);
      await refreshStatus();
    } catch (error) {
      setFault((error as Error).message);
      setPassword("");
    }
    setAsking(false);
  };
  return (
    <form
      class="panel login"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <h1>Log in</h1>
      <label>
        name
        <input
          name="username"
          autocomplete="username"
          required
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <label>
        password
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </label>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <button type="submit" class="main" disabled={asking}>
        Log in
      </button>
      <p class="quiet">Whoever runs flowgauge serve adds users with: flowgauge serve user add NAME</p>
    </form>
  );
}
