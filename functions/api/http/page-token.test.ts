import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isOperationId, isTenantId } from "../../../shared/tenant/names.ts";
import {
  parseOrderedPageToken,
  parsePageToken,
  toOrderedPageToken,
  toPageToken,
} from "./page-token.ts";
import { pageTokenSchema } from "./parameter-schemas.ts";
import { Problem } from "./problem.ts";

const test = suite("page tokens");

const POSITION = {
  createdAt: { seconds: 1_767_323_045, nanoseconds: 8_091_000 },
  id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
};

const NAMED = { ...POSITION, subdomain: "acme" };

test("a token says where it came from", () => {
  const operation = { ...POSITION, id: `${POSITION.id}.1234567890123456.1234567890123456` };
  for (const [position, isId] of [
    [POSITION, isTenantId],
    [{ ...POSITION, createdAt: null }, isTenantId],
    [operation, isOperationId],
  ] as const) {
    const token = toPageToken(position);
    assert.match(token, /^[A-Za-z0-9_-]{1,200}$/);
    assert.equal(parsePageToken(token, isId), position);
  }
});

const made = (text: string) => Buffer.from(text).toString("base64url");
for (const [sentence, token] of [
  ["nothing", ""],
  ["something else", "abc"],
  ["a position without an id", made("1767323045.678000000.")],
  ["a position in another list", toPageToken({ ...POSITION, id: `${POSITION.id}.1.1` })],
  ["a position with another id", made("1767323045.678000000.tenants/x")],
  ["a time that no calendar has", made(`253402300800.000000000.${POSITION.id}`)],
  ["no time, and another id", made("undated.tenants/x")],
  ["a time before all", made(`-1.000000000.${POSITION.id}`)],
  ["one of a list in another order", toOrderedPageToken("-created_at", NAMED)],
] as const) {
  test(`${sentence} is refused as a token`, () => {
    assert.throws(
      () => parsePageToken(token, isTenantId),
      (error: unknown) => error instanceof Problem && error.status === 422,
    );
  });
}

test("a token of a list with several orders says where it came from, whatever the name is", () => {
  for (const position of [
    NAMED,
    { ...NAMED, createdAt: null },
    { ...NAMED, subdomain: "" },
    { ...NAMED, subdomain: "a/b.c\nü" },
    { ...NAMED, subdomain: "x".repeat(1500) },
  ]) {
    const token = toOrderedPageToken("subdomain", position);
    assert.match(token, new RegExp(pageTokenSchema.pattern));
    assert.equal(parseOrderedPageToken(token, "subdomain", isTenantId), position);
  }
});

for (const [sentence, token] of [
  ["nothing", ""],
  ["something else", "abc"],
  ["a token of one order alone", toPageToken(POSITION)],
  ["a token of another order", toOrderedPageToken("created_at", NAMED)],
  ["a position with another id", made("subdomain/undated/tenants/acme")],
  ["a time that no calendar has", made(`subdomain/253402300800.000000000/${POSITION.id}/acme`)],
  ["a time without its nanoseconds", made(`subdomain/1/${POSITION.id}/acme`)],
] as const) {
  test(`${sentence} is refused as a token of a list by subdomain`, () => {
    assert.throws(
      () => parseOrderedPageToken(token, "subdomain", isTenantId),
      (error: unknown) =>
        error instanceof Problem &&
        error.status === 422 &&
        /page_token .* in the same order/.test(error.message),
    );
  });
}

test.run();
