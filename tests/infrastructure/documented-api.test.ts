/** docs/api.md names the endpoints and the reserved names that there are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ENDPOINTS } from "../../functions/api/endpoints.ts";
import { repository } from "../../scripts/repository.ts";

const test = suite("docs/api.md");

const page = readFileSync(join(repository, "docs/api.md"), "utf8");

test("it has every endpoint, and no other", () => {
  const documented = [...page.matchAll(/^\| `([A-Z]+ [^`?]+)/gm)].map(
    ([, endpoint = ""]) => endpoint,
  );
  const endpoints = Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path}`);
  assert.equal(documented.toSorted(), endpoints.toSorted());
});

test("it has every reserved name, and no other", () => {
  const [, section = ""] = page.split("## Names that no tenant may have\n");
  const documented = [...section.matchAll(/`([a-z]+)`/g)].map(([, name]) => name);
  const described = JSON.stringify(ENDPOINTS.createTenant);
  const [, names = ""] = / are ([a-z, ]+)\."/.exec(described) ?? [];
  assert.equal(documented, names.split(", "));
});

test.run();
