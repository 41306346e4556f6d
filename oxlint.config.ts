/**
 * The linter's configuration. The floors of the house are in it: a file imports from floors below its own, and a pure
 * floor imports neither client libraries nor Node.
 *
 * @module
 */
import { defineConfig } from "oxlint";

/** From the top down. Folders of one floor do not know each other, but for the lowest one's. */
const FLOORS = [
  ["runtime"],
  ["certificates", "dns", "firestore", "kubernetes", "pubsub"],
  ["domains", "rollouts"],
  ["reconciler"],
  ["operations"],
  ["tenant"],
  ["configuration", "platform"],
];

const PURE = new Set(["domains", "reconciler", "rollouts", "tenant"]);

const FUNCTIONS = ["api", "cleanup", "provision", "publish"];

interface Restriction {
  group: string[];
  message: string;
  allowTypeImports?: boolean;
}

const NOT_DEPLOYED: Restriction = {
  group: ["**/scripts/**", "**/tests/**", "!**/operations/scripts/**"],
  message: "What is deployed uses nothing that is not.",
};

const CLIENTS_AND_NODE: Restriction = {
  group: ["node:*", "@google-cloud/*", "@kubernetes/*", "google-auth-library", "ajv"],
  allowTypeImports: true,
  message: "This file is pure: it uses no client library and nothing of Node.",
};

const AMBIENT = ["process", "Buffer", "setTimeout", "setInterval", "crypto", "fetch"];

const purity = {
  "no-restricted-globals": [
    "error",
    ...AMBIENT.map((name) => ({ name, message: "This file is pure: pass it in." })),
  ],
  "no-restricted-properties": [
    "error",
    { object: "Date", property: "now", message: "This file is pure: the time is passed in." },
  ],
} as const;

const restricted = (patterns: Restriction[]) =>
  ({
    "typescript/no-restricted-imports": ["error", { patterns }],
    "no-console": "error",
  }) as const;

/** A folder of shared/: it imports from the floors below it. */
function floor(folder: string, level: number) {
  const isLowest = level === FLOORS.length - 1;
  const others = FLOORS.slice(0, isLowest ? level : level + 1).flat();
  const above = others.filter((other) => other !== folder);
  return {
    files: [`shared/${folder}/**`],
    rules: {
      ...restricted([
        {
          group: ["**/functions/**", ...above.map((other) => `**/${other}/**`)],
          message: "A floor imports from those below it only.",
        },
        NOT_DEPLOYED,
        ...(PURE.has(folder) ? [CLIENTS_AND_NODE] : []),
      ]),
      ...(PURE.has(folder) ? purity : {}),
    },
  };
}

const THE_CLUSTER: Restriction = {
  group: [
    "@kubernetes/*",
    "**/certificates/**",
    "**/dns/**",
    "**/kubernetes/**",
    "**/operations/**",
    "**/reconciler/**",
  ],
  allowTypeImports: true,
  message: "This function never talks to the cluster, the DNS or Certificate Manager.",
};

/** A function: it imports all of shared/, and no other function. */
function ofFunction(name: string) {
  const others = FUNCTIONS.filter((other) => other !== name);
  return {
    files: [`functions/${name}/**`],
    rules: restricted([
      {
        group: others.map((other) => `**/${other}/**`),
        message: "A function never uses another one.",
      },
      NOT_DEPLOYED,
      ...(name === "api" || name === "publish" ? [THE_CLUSTER] : []),
    ]),
  };
}

/** The page of the console runs in browsers: it knows nothing of Node and, of this repository, pure texts and shapes alone. */
const CONSOLE_APP = {
  files: ["functions/api/console/app/**"],
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "jsx-a11y", "react"],
  rules: {
    ...restricted([
      {
        group: [
          "node:*",
          "@google-cloud/*",
          "**/firestore/**",
          "**/runtime/**",
          "**/platform/**",
          "!**/platform/log-events.ts",
        ],
        message: "This runs in a browser.",
      },
      NOT_DEPLOYED,
    ]),
    "no-restricted-globals": [
      "error",
      { name: "localStorage", message: "Nothing is kept in the browser." },
      { name: "sessionStorage", message: "Nothing is kept in the browser." },
      { name: "process", message: "This runs in a browser." },
    ],
    // Preact's JSX has HTML's own names, such as `for`, which these take for mistakes.
    "react/react-in-jsx-scope": "off",
    "react/no-unknown-property": "off",
    "jsx-a11y/label-has-associated-control": "off",
    // What scrolls must be reached by the keyboard, and a status of the page is no form's result.
    "jsx-a11y/no-noninteractive-tabindex": "off",
    "jsx-a11y/prefer-tag-over-role": "off",
    // A list hears the arrow keys of all its links.
    "jsx-a11y/no-noninteractive-element-interactions": "off",
  },
} as const;

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    "typescript/only-throw-error": "error",
    "typescript/consistent-type-imports": "error",
    "import/no-cycle": "error",
    eqeqeq: "error",
    "no-console": "off",
    "no-underscore-dangle": ["error", { allow: ["_continue"] }],
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/no-misused-spread": "off",
    "consistent-return": "off",
    "typescript/consistent-return": "off",
    "no-await-in-loop": "off",
    "unicorn/consistent-function-scoping": "off",
    "oxc/no-map-spread": "off",
  },
  overrides: [
    ...FLOORS.flatMap((folders, level) => folders.map((folder) => floor(folder, level))),
    ...FUNCTIONS.map(ofFunction),
    CONSOLE_APP,
    { files: ["**/*.test.ts"], rules: { "typescript/no-restricted-imports": "off" } },
  ],
  ignorePatterns: [
    "dist",
    ".local",
    "node_modules",
    "functions/api/console/built",
    "functions/api/console/app/client/api-client.ts",
  ],
});
