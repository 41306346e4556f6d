import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdapterError } from "../platform/errors.ts";
import { openBucket } from "./bucket.ts";
import { googleSigner } from "./url-signer.ts";

const test = suite("who signs URLs");

const EMAIL = "api@my-project.iam.gserviceaccount.com";
const NOW = new Date("2026-11-30T06:05:04Z");
const signed: string[] = [];
const google = {
  getCredentials: () => Promise.resolve({ client_email: EMAIL }),
  sign(text: string) {
    signed.push(text);
    return Promise.resolve(Buffer.from([0x0a, 0xff]).toString("base64"));
  },
};
const openWith = (auth: typeof google) =>
  openBucket(
    { bucket: "b", endpoint: "https://storage.googleapis.com" },
    undefined,
    googleSigner(auth),
  );

test("the function's own service account, by Google", async () => {
  const url = new URL(await openWith(google).linkTo("exports/a", NOW, 60));
  assert.is(url.origin + url.pathname, "https://storage.googleapis.com/b/exports/a");
  assert.is(url.searchParams.get("X-Goog-Signature"), "0aff");
  assert.match(url.searchParams.get("X-Goog-Credential") ?? "", EMAIL);
  assert.match(signed[0] ?? "", /^GOOG4-RSA-SHA256\n20261130T060504Z\n/);
});

test("one that Google does not let sign is an error of the bucket's", async () => {
  const denied = () => Promise.reject(new Error("Permission iam.serviceAccounts.signBlob denied"));
  try {
    await openWith({ ...google, sign: denied }).linkTo("exports/a", NOW, 60);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof AdapterError);
    assert.equal([error.adapter, error.code], ["bucket", "unavailable"]);
  }
});

test("nobody, where the bucket is not Google's", async () => {
  const bucket = openBucket({ bucket: "b", endpoint: "http://127.0.0.1:4443" });
  assert.is(
    await bucket.linkTo("exports/a b", NOW, 60),
    "http://127.0.0.1:4443/download/storage/v1/b/b/o/exports%2Fa%20b?alt=media",
  );
});

test.run();
