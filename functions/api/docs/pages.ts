/**
 * The pages that show the API, Swagger UI at /docs and ReDoc at /redoc, and the files that they load.
 * All of it comes from packages and nothing from another host. Every URL in it is relative, so that the
 * pages work behind any path prefix, such as a Cloud Function's name.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import redoc from "redoc/package.json" with { type: "json" };
import swaggerUi from "swagger-ui-dist/package.json" with { type: "json" };

export interface DocsFile {
  contentType: string;
  body: string | Uint8Array;
  headers: Record<string, string>;
}

/** A file that the pages load. */
export interface DocsAsset {
  /** Where it is served, below the API's root. */
  path: string;
  /** Its name in the folder `static/` beside this module. */
  name: string;
  /** The package's file that it is. A build copies it to `static/NAME`; from source it is read there. */
  specifier?: string;
}

// With the version in its path, a package's file may be cached for ever.
const SWAGGER_UI = `/docs/swagger-ui-${swaggerUi.version}`;
const REDOC = `/redoc/redoc-${redoc.version}`;

export const DOCS_ASSETS: readonly DocsAsset[] = [
  { path: "/docs/page.css", name: "page.css" },
  { path: "/docs/start.js", name: "swagger-ui-start.js" },
  ofPackage(SWAGGER_UI, "swagger-ui-dist/swagger-ui.css"),
  ofPackage(SWAGGER_UI, "swagger-ui-dist/swagger-ui-bundle.js"),
  ofPackage(SWAGGER_UI, "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt"),
  { path: "/redoc/start.js", name: "redoc-start.js" },
  ofPackage(REDOC, "redoc/bundles/redoc.standalone.js"),
  ofPackage(REDOC, "redoc/bundles/redoc.standalone.js.LICENSE.txt"),
];

function ofPackage(folder: string, specifier: string): DocsAsset {
  const name = specifier.slice(specifier.lastIndexOf("/") + 1);
  return { path: `${folder}/${name}`, name, specifier };
}

/** ReDoc would load its maker's logo from its maker's host. Where that fails it shows none. */
const FOREIGN_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";

/** What a page may do at all: run the scripts above, and call the API that they come from. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

/** Swagger UI styles by its style sheet alone. The style sheet's images, and the page's icon, are data. */
export const SWAGGER_UI_POLICY = `${POLICY}; style-src 'self'; img-src data:`;

/**
 * ReDoc makes its styles on the page, and its search runs in a worker that it makes of its own text.
 * Neither lets a script of somebody else in.
 */
export const REDOC_POLICY = `${POLICY}; style-src 'self' 'unsafe-inline'; img-src data:; worker-src blob:`;

interface Page {
  path: string;
  title: string;
  policy: string;
  /** The paths of what it loads, in this order. */
  loads: string[];
}

const PAGES: Page[] = [
  {
    path: "/docs",
    title: "Kairos Control Plane: try the API",
    policy: SWAGGER_UI_POLICY,
    loads: [
      "/docs/page.css",
      `${SWAGGER_UI}/swagger-ui.css`,
      `${SWAGGER_UI}/swagger-ui-bundle.js`,
      "/docs/start.js",
    ],
  },
  {
    path: "/redoc",
    title: "Kairos Control Plane: the API",
    policy: REDOC_POLICY,
    loads: ["/docs/page.css", `${REDOC}/redoc.standalone.js`, "/redoc/start.js"],
  },
];

/** By path: both pages, and each other file once it has been asked for. */
const files = new Map<string, DocsFile>(
  PAGES.flatMap((page) => [
    [page.path, toFile(page, "./")],
    // A browser resolves relative URLs against the folder that a trailing slash makes.
    [`${page.path}/`, toFile(page, "../")],
  ]),
);

/**
 * Gives what is served at a path below the API's root, or null where that is nothing of this. The path
 * must be as it was asked for, with a trailing slash where it had one.
 */
export async function readDocsFile(path: string): Promise<DocsFile | null> {
  const known = files.get(path);
  if (known !== undefined) return known;
  const asset = DOCS_ASSETS.find((candidate) => candidate.path === path);
  if (asset === undefined) return null;
  const file = await readAsset(asset);
  files.set(path, file);
  return file;
}

function toFile({ title, policy, loads }: Page, root: "./" | "../"): DocsFile {
  return {
    contentType: "text/html; charset=utf-8",
    headers: { "Cache-Control": "no-cache", "Content-Security-Policy": policy },
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    ${loads.map((path) => tagFor(`${root}${path.slice(1)}`)).join("\n    ")}
  </head>
  <body>
    <div id="api" data-openapi="${root}openapi.json"></div>
  </body>
</html>
`,
  };
}

function tagFor(url: string): string {
  return extname(url) === ".css"
    ? `<link rel="stylesheet" href="${url}">`
    : `<script src="${url}" defer></script>`;
}

const CONTENT_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

async function readAsset(asset: DocsAsset): Promise<DocsFile> {
  const isVersioned = asset.specifier !== undefined;
  const text = await readFile(locate(asset), "utf8");
  return {
    contentType: CONTENT_TYPES[extname(asset.name)] ?? "application/octet-stream",
    headers: {
      "Cache-Control": isVersioned ? "public, max-age=31536000, immutable" : "no-cache",
      "X-Content-Type-Options": "nosniff",
    },
    body: Buffer.from(text.replace(FOREIGN_LOGO, "data:,")),
  };
}

function locate({ name, specifier }: DocsAsset): URL {
  const besideThis = new URL(`static/${name}`, import.meta.url);
  if (specifier === undefined || existsSync(besideThis)) return besideThis;
  return new URL(import.meta.resolve(specifier));
}
