/**
 * The operator's console at /console: one page, and the script and the style sheet that it loads, each with its hash in
 * its name. `npm run build` and `npm start` make them from `app/` and put them into the folder `built/` beside this
 * module (ADR 45). URLs in the page are relative, so that it works behind any path prefix.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import { Problem } from "../http/problem.ts";
import type { ApiRequest } from "../http/request.ts";
import type { ApiResponse } from "../http/response.ts";

/** The names of the built files, as the build writes them into `built/files.json`. */
export interface BuiltFiles {
  script: string;
  style: string;
}

/** What of the settings the page is told: how people sign in. Nothing of it is a secret. */
type SignIn = Pick<ApiSettings, "googleClientId" | "iapAudience">;

const BUILT = new URL("built/", import.meta.url);

/** In the order in which they are preferred, with the ending that a file compressed so has. */
const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/** Google's sign-in loads its own script, style sheet and frame: https://developers.google.com/identity/gsi/web/guides/get-google-api-clientid#content_security_policy */
const GOOGLE = "https://accounts.google.com/gsi/";

/** What the page may do at all: run its own script, and call the API that it comes from. */
export function contentSecurityPolicy(usesGoogle: boolean): string {
  const google = (path: string) => (usesGoogle ? ` ${GOOGLE}${path}` : "");
  return [
    "default-src 'none'",
    `script-src 'self'${google("client")}`,
    `style-src 'self'${google("style")}`,
    `connect-src 'self'${google("")}`,
    ...(usesGoogle ? [`frame-src ${GOOGLE}`] : ["require-trusted-types-for 'script'"]),
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Answers with the page or with what it loads. Throws a `Problem` where there is nothing at the path. */
export async function readConsole(
  { path, headers }: Pick<ApiRequest, "path" | "headers">,
  signIn: SignIn,
): Promise<ApiResponse> {
  const files = await readBuiltFiles();
  // A browser resolves relative URLs against the folder that a trailing slash makes.
  if (path === "/console") return pageOf(files, signIn, "./console/");
  if (path === "/console/") return pageOf(files, signIn, "./");
  const name = path.slice("/console/".length);
  const isBuilt = name === files.script || name === files.style;
  if (!isBuilt && name !== LICENCES) throw new Problem(404, "There is nothing at this path.");
  return readBuilt(name, headers["accept-encoding"] ?? "");
}

/** The licences of the packages in the script. */
const LICENCES = "licences.txt";

let builtFiles: BuiltFiles | undefined;

async function readBuiltFiles(): Promise<BuiltFiles> {
  builtFiles ??= await readManifest();
  return builtFiles;
}

async function readManifest(): Promise<BuiltFiles> {
  const manifest = new URL("files.json", BUILT);
  if (!existsSync(manifest)) {
    throw new Problem(404, "The console is not built. npm start and npm run build do that.");
  }
  return JSON.parse(await readFile(manifest, "utf8")) as BuiltFiles;
}

function pageOf(files: BuiltFiles, signIn: SignIn, root: string): ApiResponse {
  const { googleClientId, iapAudience } = signIn;
  const usesGoogle = googleClientId !== null;
  const about = [
    usesGoogle ? ` data-google-client-id="${googleClientId}"` : "",
    iapAudience === null ? "" : " data-behind-iap",
  ].join("");
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-cache",
      "Content-Security-Policy": contentSecurityPolicy(usesGoogle),
      "Cross-Origin-Opener-Policy": usesGoogle ? "same-origin-allow-popups" : "same-origin",
    },
    content: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="The tenants of this control plane, for the people who run it.">
    <title>Kairos console</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${root}${files.style}">
    <script type="module" src="${root}${files.script}"></script>
  </head>
  <body>
    <div id="console" data-api="${root}.."${about}>
      <p class="loading">Loading the console…</p>
      <noscript>The console needs JavaScript.</noscript>
    </div>
  </body>
</html>
`,
  };
}

async function readBuilt(name: string, accepted: string): Promise<ApiResponse> {
  const [encoding, ending] = ENCODINGS.find(([token]) => isAccepted(token, accepted)) ?? [null, ""];
  return {
    status: 200,
    headers: {
      "Content-Type": CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
      ...(encoding === null ? {} : { "Content-Encoding": encoding }),
      Vary: "Accept-Encoding",
      // The hash in a name says what is in it.
      "Cache-Control": name === LICENCES ? "no-cache" : "public, max-age=31536000, immutable",
    },
    content: await readFile(new URL(`${name}${ending}`, BUILT)),
  };
}

/** Whether an `Accept-Encoding` names an encoding, and not with the weight 0. */
function isAccepted(encoding: string, accepted: string): boolean {
  return accepted.split(",").some((item) => {
    const [name = "", weight = ""] = item.split(";").map((part) => part.trim().toLowerCase());
    return name === encoding && !/^q=0(\.0*)?$/.test(weight);
  });
}
