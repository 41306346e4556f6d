/**
 * The whole page: the sign-in or, for whoever has signed in, what the address asks for.
 *
 * @module
 */
import { useQueryClient } from "@tanstack/preact-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isSignedOut } from "./client/api-error.ts";
import { askAs, dataOf } from "./client/ask.ts";
import type { Credential } from "./client/ask.ts";
import { readCaller } from "./client/api-client.ts";
import { Layout } from "./layout.tsx";
import { Page } from "./pages/page.tsx";
import { useRoute } from "./routing/use-route.ts";
import { SessionContext } from "./session/session.ts";
import type { Session } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import type { SignInOffer } from "./session/sign-in-offer.ts";

type Caller = Omit<Session, "signOut">;

const ENDED = "You have been signed out: the API does not know this key or account any longer.";

export function Console({ offer }: { offer: SignInOffer }) {
  const queries = useQueryClient();
  const [caller, setCaller] = useState<Caller | null>(null);
  const [notice, setNotice] = useState<string | null>(null);

  const signOut = useCallback(
    (because: string | null): void => {
      askAs(null);
      queries.clear();
      setCaller(null);
      setNotice(because);
    },
    [queries],
  );
  const signIn = useCallback(async (credential: Credential): Promise<void> => {
    askAs(credential);
    try {
      setCaller(await dataOf(readCaller()));
      setNotice(null);
    } catch (error) {
      askAs(null);
      throw error;
    }
  }, []);

  const { isBehindProxy } = offer;
  useEffect(() => {
    // Where a proxy lets nobody through whom it does not know, there is nothing to ask for.
    if (isBehindProxy) void signIn({ by: "proxy" }).catch(() => {});
  }, [isBehindProxy, signIn]);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && isSignedOut(event.query.state.error)) signOut(ENDED);
      }),
    [queries, signOut],
  );

  const session = useMemo(
    () => caller && { ...caller, signOut: () => signOut(null) },
    [caller, signOut],
  );
  if (session === null) return <SignIn offer={offer} signIn={signIn} notice={notice} />;
  return (
    <SessionContext.Provider value={session}>
      <SignedIn />
    </SessionContext.Provider>
  );
}

function SignedIn() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const { page } = route;
  const place = "id" in route ? `${page} ${route.id}` : page;
  useEffect(() => {
    // Whoever reads the page by its sound is told that it is another one. A page may have led into itself already.
    const isInside = main.current?.contains(document.activeElement) === true;
    if (!isInside) main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
  return (
    <Layout page={page}>
      <main ref={main} id="main" tabIndex={-1}>
        <Page route={route} />
      </main>
    </Layout>
  );
}
