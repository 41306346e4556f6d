/**
 * URLs by which whoever has one may fetch an object for some time: Cloud Storage's signatures of version 4. Pure.
 *
 * https://docs.cloud.google.com/storage/docs/authentication/signatures
 *
 * @module
 */
import { createHash } from "node:crypto";

const HOST = "storage.googleapis.com";

/** What a URL is to allow. */
export interface SignedObject {
  bucket: string;
  object: string;
  /** The service account that signs, and so allows it. */
  email: string;
  now: Date;
  seconds: number;
}

/** What is to be signed, and the URL that its signature, in hex, makes. */
export interface UnsignedUrl {
  toSign: string;
  withSignature: (signature: string) => string;
}

export function unsignedUrl({ bucket, object, email, now, seconds }: SignedObject): UnsignedUrl {
  const time = now.toISOString().replaceAll(/[-:]|[.]\d+/g, "");
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`;
  const path = `/${bucket}/${object.split("/").map(encoded).join("/")}`;
  const query = Object.entries({
    "X-Goog-Algorithm": "GOOG4-RSA-SHA256",
    "X-Goog-Credential": `${email}/${scope}`,
    "X-Goog-Date": time,
    "X-Goog-Expires": String(seconds),
    "X-Goog-SignedHeaders": "host",
  })
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join("&");
  const request = ["GET", path, query, `host:${HOST}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  return {
    toSign: ["GOOG4-RSA-SHA256", time, scope, hash].join("\n"),
    withSignature: (signature) => `https://${HOST}${path}?${query}&X-Goog-Signature=${signature}`,
  };
}

/** As RFC 3986 says; what JavaScript leaves is escaped, too. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
