/**
 * The address bar as a component sees it.
 *
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { parseRoute, toHash } from "./route.ts";
import type { Route } from "./route.ts";

/** The page that is asked for, now and whenever that changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return parseRoute(hash);
}

/** Goes to a page; a step back leads to where it was before. */
export function goTo(route: Exclude<Route, { page: "nothing" }>): void {
  location.hash = toHash(route);
}

/** The same in the place of this page, as while somebody still types: a step back passes it over. */
export function replaceWith(route: Exclude<Route, { page: "nothing" }>): void {
  history.replaceState(null, "", toHash(route));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
