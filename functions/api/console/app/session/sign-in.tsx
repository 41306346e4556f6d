/**
 * Where somebody says who they are.
 *
 * @module
 */
import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";
import type { Credential } from "../client/ask.ts";
import { showGoogleButton } from "./google-button.ts";
import type { SignInOffer } from "./sign-in-offer.ts";

interface Props {
  offer: SignInOffer;
  /** Settles when the API has said whether it lets them in; throws where it does not. */
  signIn: (credential: Credential) => Promise<void>;
  /** Why somebody who was signed in is here again. */
  notice: string | null;
}

export function SignIn({ offer, signIn, notice }: Props) {
  const [message, setMessage] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);

  const attempt = useCallback(
    async (credential: Credential): Promise<void> => {
      setIsAsking(true);
      setMessage(null);
      try {
        await signIn(credential);
      } catch (error) {
        setMessage((error as Error).message);
      } finally {
        setIsAsking(false);
      }
    },
    [signIn],
  );
  const onToken = useCallback((token: string) => void attempt({ by: "google", token }), [attempt]);

  return (
    <main class="sign-in">
      <h1>Kairos console</h1>
      {notice !== null && <p class="notice">{notice}</p>}
      <p role="alert" class="problem" hidden={message === null}>
        {message}
      </p>
      {offer.isBehindProxy && (
        <button type="button" disabled={isAsking} onClick={() => void attempt({ by: "proxy" })}>
          Sign in with the account of this proxy
        </button>
      )}
      {offer.googleClientId !== null && (
        <GoogleButton clientId={offer.googleClientId} onToken={onToken} onProblem={setMessage} />
      )}
      <KeyForm isAsking={isAsking} onKey={(key) => void attempt({ by: "key", key })} />
    </main>
  );
}

function KeyForm({ isAsking, onKey }: { isAsking: boolean; onKey: (key: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const key = field.current?.value.trim() ?? "";
        if (key !== "") onKey(key);
      }}
    >
      <label for={id}>API key</label>
      <input
        id={id}
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby={`${id}-help`}
      />
      <p id={`${id}-help`} class="help">
        It is kept in this tab alone, until the tab is closed or loaded anew.
      </p>
      <button type="submit" class="primary" disabled={isAsking}>
        {isAsking ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

interface GoogleProps {
  clientId: string;
  onToken: (token: string) => void;
  onProblem: (message: string) => void;
}

function GoogleButton({ clientId, onToken, onProblem }: GoogleProps) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return;
    showGoogleButton(parent.current, clientId, onToken).catch((error: unknown) =>
      onProblem((error as Error).message),
    );
  }, [clientId, onToken, onProblem]);
  return <div class="google-button" ref={parent} />;
}
