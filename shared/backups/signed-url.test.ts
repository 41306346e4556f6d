import { suite } from "uvu";
import * as assert from "uvu/assert";
import { unsignedUrl } from "./signed-url.ts";

const test = suite("signed URLs");

const asked = {
  bucket: "tenant-backups",
  email: "signer@my-project.iam.gserviceaccount.com",
  now: new Date("2026-11-30T06:05:04.123Z"),
  seconds: 86_399,
};
const QUERY =
  "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=signer%40my-project.iam.gserviceaccount.com%2F20261130%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20261130T060504Z&X-Goog-Expires=86399&X-Goog-SignedHeaders=host";

/** The hashes are those that Google's own client for Python (google-cloud-storage 3) has signed for the same request. */
const OBJECTS: [object: string, path: string, hash: string][] = [
  [
    "exports/a/b/3.1/p/database.sql.gz",
    "exports/a/b/3.1/p/database.sql.gz",
    "5ba61df3ec3ce74871bb22761b8bc33ae7656cd2847f87da92788531022b6e87",
  ],
  [
    "with (odd)'s! *& ä/x~y",
    "with%20%28odd%29%27s%21%20%2A%26%20%C3%A4/x~y",
    "5043fac0fa8f744ed07e31861b37652a02495fd503cf88312e8a3b825864e97a",
  ],
];

for (const [object, path, hash] of OBJECTS) {
  test(`of ${object} are signed as Google's own client does`, () => {
    const { toSign, withSignature } = unsignedUrl({ ...asked, object });
    assert.is(
      toSign,
      `GOOG4-RSA-SHA256\n20261130T060504Z\n20261130/auto/storage/goog4_request\n${hash}`,
    );
    const url = `https://storage.googleapis.com/tenant-backups/${path}?${QUERY}`;
    assert.is(withSignature("5e"), `${url}&X-Goog-Signature=5e`);
  });
}

test.run();
