import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isOperationId, isTenantId } from "../../../shared/tenant/names.ts";
import { parsePageToken, toPageToken } from "./page-token.ts";
import { Problem } from "./problem.ts";

const test = suite("page tokens");

const POSITION = {
  createdAt: { seconds: 1_767_323_045, nanoseconds: 8_091_000 },
  id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
};

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
] as const) {
  test(`${sentence} is refused as a token`, () => {
    assert.throws(
      () => parsePageToken(token, isTenantId),
      (error: unknown) => error instanceof Problem && error.status === 422,
    );
  });
}

test.run();
