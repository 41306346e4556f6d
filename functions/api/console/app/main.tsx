/**
 * The operator's console: a page that shows the tenants of this control plane and changes them, through the API alone.
 *
 * @module
 */
import { QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { askAt } from "./client/ask.ts";
import { createQueryClient } from "./client/queries.ts";
import { Console } from "./console.tsx";
import type { SignInOffer } from "./session/sign-in-offer.ts";

const root = document.getElementById("console");
if (root !== null) {
  const { api = ".", googleClientId, behindIap } = root.dataset;
  askAt(new URL(api, document.baseURI.replace(/[?#].*$/, "")).href.replace(/\/$/, ""));
  const offer: SignInOffer = {
    googleClientId: googleClientId ?? null,
    isBehindProxy: behindIap !== undefined,
  };
  root.replaceChildren();
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Console offer={offer} />
    </QueryClientProvider>,
    root,
  );
}
