/**
 * A real mail server for a test: aiosmtpd, on the loopback address.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "./loopback-certificate.ts";
import { freePorts } from "../../scripts/local/loopback-ports.ts";

/** What the server tells of: a login or a mail, and whether it came over TLS. */
export interface MailEvent {
  event: "listening" | "login" | "mail";
  tls?: boolean;
  login?: string;
  password?: string;
  sender?: string;
  recipients?: string[];
}

/** Debian's own Python has what its packages bring, though another may come first on the PATH. */
const python = ["python3", "/usr/bin/python3"].find(
  (program) => spawnSync(program, ["-c", "import aiosmtpd"]).status === 0,
);

/** Null when this machine has the mail server, or else what is missing. */
export function missingMailServer(): string | null {
  if (python === undefined) return "no python3 has aiosmtpd";
  return spawnSync("openssl", ["version"]).error ? "there is no openssl on the PATH" : null;
}

/** Starts one that wants STARTTLS before all else, or one that knows no TLS. */
export async function startMailServer(directory: string, kind: "STARTTLS" | "in clear") {
  const [port = 0] = await freePorts(1);
  const script = fileURLToPath(new URL("../fixtures/smtp/server.py", import.meta.url));
  const files = kind === "STARTTLS" ? ["tls.crt", "tls.key"] : [];
  if (files.length > 0) makeCertificate(directory);
  const child = spawn(
    python ?? "",
    [script, String(port), ...files.map((file) => join(directory, file))],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  const events: MailEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error("the mail server has ended")));
    createInterface(child.stdout).on("line", (line) => {
      const told = JSON.parse(line) as MailEvent;
      if (told.event === "listening") resolve();
      else events.push(told);
    });
  });
  return {
    port,
    /** All that was told until now. */
    events,
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
