/**
 * A certificate for the loopback address, which its clients must be told to trust.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  key: Buffer;
  cert: Buffer;
  /** Where both lie. */
  files: { key: string; cert: string };
}

/** Makes one that is good for a day, by way of a directory. */
export function makeCertificate(directory: string): Certificate {
  const [key, cert] = [join(directory, "tls.key"), join(directory, "tls.crt")] as const;
  const request = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1".split(" ");
  const names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const args = [...request, ...names, "-keyout", key, "-out", cert];
  const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl: ${error?.message ?? stderr}`);
  return { key: readFileSync(key), cert: readFileSync(cert), files: { key, cert } };
}
