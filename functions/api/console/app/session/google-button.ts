/**
 * Sign in with Google (https://developers.google.com/identity/gsi/web/reference/js-reference): its script is loaded only
 * where the button is shown.
 *
 * @module
 */

interface GoogleIdentity {
  initialize: (options: {
    client_id: string;
    callback: (answer: { credential: string }) => void;
    ux_mode: "popup";
    auto_select: boolean;
    use_fedcm_for_button: boolean;
  }) => void;
  renderButton: (parent: HTMLElement, options: { theme: "outline"; text: "signin_with" }) => void;
}

declare global {
  interface Window {
    google?: { accounts: { id: GoogleIdentity } };
  }
}

const SCRIPT = "https://accounts.google.com/gsi/client";

let loaded: Promise<void> | null = null;

function loadScript(): Promise<void> {
  loaded ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => {
      loaded = null;
      reject(new Error("Google's sign-in could not be loaded."));
    });
    document.head.append(script);
  });
  return loaded;
}

/** Puts Google's button into an element. `onToken` is given an ID token each time somebody signs in. */
export async function showGoogleButton(
  parent: HTMLElement,
  clientId: string,
  onToken: (token: string) => void,
): Promise<void> {
  await loadScript();
  const identity = window.google?.accounts.id;
  if (identity === undefined) throw new Error("Google's sign-in could not be loaded.");
  identity.initialize({
    client_id: clientId,
    callback: ({ credential }) => onToken(credential),
    ux_mode: "popup",
    auto_select: false,
    use_fedcm_for_button: true,
  });
  identity.renderButton(parent, { theme: "outline", text: "signin_with" });
}
