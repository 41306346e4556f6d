/**
 * Who has signed in. It is known to this tab, for as long as it is not loaded anew, and kept nowhere.
 *
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export interface Session {
  /** As the history names the caller: `key:NAME` or `google:ADDRESS`. */
  name: string;
  role: "operator" | "viewer";
  signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** Who has signed in. Only where somebody has. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody has signed in");
  return session;
}

/** Whether whoever has signed in may change anything. */
export function useMayChange(): boolean {
  return useSession().role === "operator";
}
