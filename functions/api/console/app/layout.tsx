/**
 * What stands around every page: the way to the others, who has signed in, and whether the API answers.
 *
 * @module
 */
import { useIsFetching, useQueryClient } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { UnreachableError } from "./client/api-error.ts";
import { ShortcutHelp } from "./components/shortcut-help.tsx";
import { tenantsHash, toHash } from "./routing/route.ts";
import type { Route } from "./routing/route.ts";
import { useSession } from "./session/session.ts";

const PAGES = [
  { page: "fleet", name: "Fleet", pages: ["fleet"] },
  { page: "tenants", name: "Tenants", pages: ["tenants", "tenant"] },
  { page: "rollouts", name: "Rollouts", pages: ["rollouts", "rollout"] },
  { page: "benches", name: "Benches", pages: ["benches"] },
  { page: "pool", name: "Pool", pages: ["pool"] },
  { page: "garbage-collection", name: "Garbage collection", pages: ["garbage-collection"] },
] as const;

export function Layout({ page, children }: { page: Route["page"]; children: ComponentChildren }) {
  const { name, role, signOut } = useSession();
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the page
      </a>
      <header class="top">
        <nav aria-label="Pages">
          <ul>
            {PAGES.map((entry) => (
              <li key={entry.page}>
                <a
                  href={entry.page === "tenants" ? tenantsHash() : toHash({ page: entry.page })}
                  aria-current={
                    (entry.pages as readonly string[]).includes(page) ? "page" : undefined
                  }
                >
                  {entry.name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="who">
          <Activity />
          <span>
            <bdi>{name}</bdi>
            {role === "viewer" && ", may only read"}
          </span>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </div>
      </header>
      <Reachability />
      {children}
      <ShortcutHelp />
    </>
  );
}

/** The address stays: what is behind its `#` says which page it is. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Activity() {
  const isFetching = useIsFetching() > 0;
  return <span class={isFetching ? "activity on" : "activity"} aria-hidden="true" />;
}

/** Says while the API cannot be reached, and for how long what is shown has been old. */
function Reachability() {
  const since = useUnreachableSince();
  return (
    <p role="status" class="unreachable" hidden={since === null}>
      {since !== null &&
        `The API has not answered since ${since.toLocaleTimeString()}. What you see is from before, and is asked for again by itself.`}
    </p>
  );
}

function useUnreachableSince(): Date | null {
  const queries = useQueryClient();
  const [since, setSince] = useState<Date | null>(null);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== "updated") return;
        const { action } = event;
        if (action.type === "success") setSince(null);
        const isUnreachable =
          (action.type === "failed" || action.type === "error") &&
          action.error instanceof UnreachableError;
        if (isUnreachable) setSince((earlier) => earlier ?? new Date());
      }),
    [queries],
  );
  useEffect(() => {
    // Else it would be noticed at the next turn.
    const ask = () => void queries.invalidateQueries();
    addEventListener("offline", ask);
    return () => removeEventListener("offline", ask);
  }, [queries]);
  return since;
}
