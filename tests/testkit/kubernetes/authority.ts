/**
 * The keys and certificates of a cluster of its own, made by openssl.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a certificate is for, besides both ends of TLS. */
export interface Subject {
  name: string;
  /** As openssl writes it: `/O=GROUP/CN=USER`. */
  subject: string;
  /** As in `subjectAltName`. */
  alternativeNames?: string[];
}

/** Makes an authority in a directory, and the pair of keys that service accounts' tokens are signed with. */
export function createAuthority(directory: string) {
  const file = (name: string) => join(directory, name);
  const key = (name: string) =>
    openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file(`${name}.key`)]);

  key("ca");
  const root = ["-new", "-x509", "-days", "30", "-subj", "/CN=kairos-test"];
  openssl(["req", ...root, "-key", file("ca.key"), "-out", file("ca.crt")]);
  key("accounts");
  openssl(["ec", "-in", file("accounts.key"), "-pubout", "-out", file("accounts.pub")]);

  /** Signs a certificate, which comes to lie in NAME.crt with its key in NAME.key. */
  function sign({ name, subject, alternativeNames = [] }: Subject): void {
    key(name);
    const extensions = ["extendedKeyUsage=serverAuth,clientAuth"];
    if (alternativeNames.length > 0) {
      extensions.push(`subjectAltName=${alternativeNames.join(",")}`);
    }
    writeFileSync(file(`${name}.ext`), `${extensions.join("\n")}\n`);
    openssl(["req", "-new", "-key", file(`${name}.key`), "-subj", subject, "-out", file("csr")]);
    const by = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "30"];
    const what = ["-in", file("csr"), "-extfile", file(`${name}.ext`)];
    openssl(["x509", "-req", ...what, ...by, "-out", file(`${name}.crt`)]);
  }

  return { file, sign };
}

function openssl(args: string[]): void {
  const { status, stderr, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${error?.message ?? stderr}`);
}
