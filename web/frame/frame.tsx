// What stands around every screen: the name, the ways to the screens, what is wrong, whose store it is.
import { type ComponentType, Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LogIn } from "../login/login.tsx";
import { reached } from "./api-client.ts";
import { Footer } from "./footer.tsx";
import { followLink, place } from "./place.ts";
import { Problems } from "./problems.tsx";
import { SCREENS, type Screen, screenOf } from "./screens.ts";
import { loginWanted, refreshStatus, status, statusFault } from "./server-status.ts";
import { ThemeSwitch } from "./theme-switch.tsx";
import { UserMenu } from "./user-menu.tsx";

const AHEAD_MS = 3000;

export function Frame() {
  const screen = screenOf(place.value.path);
  // Who asks has to be known before anything is asked: without it whatever changes something would be refused.
  const known = status.value !== null || statusFault.value !== null || !reached.value;
  useEffect(() => {
    void screen?.load().catch(() => {});
    void refreshStatus();
    document.addEventListener("click", followLink);
    // The other screens are small: they are here before they are wanted, and when the server is not.
    const ahead = setTimeout(() => {
      for (const { load } of SCREENS) load().catch(() => {});
    }, AHEAD_MS);
    return () => {
      clearTimeout(ahead);
      document.removeEventListener("click", followLink);
    };
  }, []);
  useEffect(() => {
    document.title = screen === null ? "Flowgauge" : `${screen.title} - Flowgauge`;
  }, [screen]);
  return (
    <Fragment>
      <a class="skip" href="#screen">
        To the content
      </a>
      <header class="head">
        <a class="name" href="/explore">
          Flowgauge
        </a>
        <nav aria-label="Screens">
          {SCREENS.filter(({ inMenu }) => inMenu).map(({ path, title }) => (
            <a key={path} href={path} aria-current={screen?.path === path ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <UserMenu />
        <ThemeSwitch />
      </header>
      <Problems />
      <main id="screen" tabIndex={-1}>
        {loginWanted.value ? (
          <LogIn />
        ) : !known ? (
          <p class="waiting">Loading</p>
        ) : screen === null ? (
          <Nowhere />
        ) : (
          <Loaded key={screen.path} screen={screen} />
        )}
      </main>
      <Footer />
    </Fragment>
  );
}

function Loaded({ screen }: { readonly screen: Screen }) {
  const [found, setFound] = useState<{ readonly Screen: ComponentType } | string | null>(null);
  useEffect(() => {
    let wanted = true;
    screen.load().then(
      (Screen) => wanted && setFound({ Screen }),
      () => wanted && setFound("This screen could not be loaded; was flowgauge serve started anew? Reload the page."),
    );
    return () => {
      wanted = false;
    };
  }, [screen]);
  if (found === null) return <p class="waiting">Loading</p>;
  if (typeof found === "string") return <p class="fault">{found}</p>;
  return <found.Screen />;
}

function Nowhere() {
  return (
    <section class="panel">
      <h1>There is nothing here</h1>
      <p>
        No screen has this address. <a href="/explore">Explore</a> is where questions are asked.
      </p>
    </section>
  );
}
