/**
 * The mail account as the chart writes it, on a real mail server: whoever does with it as Frappe does logs in over
 * TLS, or not at all.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runScript } from "../infrastructure/chart-script.ts";
import { skip } from "../testkit/parts.ts";
import { missingMailServer, startMailServer } from "../testkit/smtp-server.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("mail");

const missing = missingMailServer();
if (missing === null) addTests();
else skip(test, "mail goes over TLS", "aiosmtpd", missing);

function addTests(): void {
  const root = temporaryDirectory();
  test.after(() => rmSync(root, { recursive: true, force: true }));

  /** Has the chart's script write the account of a server, and gives the file. */
  async function configure(port: number): Promise<string> {
    const directory = mkdtempSync(join(root, "bench-"));
    const account: Record<string, string> = {
      mail_server: "127.0.0.1",
      mail_port: String(port),
      mail_login: "kairos",
      mail_password: "mail-secret",
      auto_email_id: "sites@example.com",
      version: "mail/versions/1",
    };
    const mail = join(directory, "mail");
    mkdirSync(mail);
    for (const [key, value] of Object.entries(account)) writeFileSync(join(mail, key), value);
    const file = join(directory, "common_site_config.json");
    const args = [mail, "mail/versions/1", file];
    const { status, output } = await runScript("mail.py", { PAUSE_SECONDS: "0.05" }, args);
    assert.is(status, 0, output);
    return file;
  }

  test("a server that demands STARTTLS gets the login over TLS, and the mail", async () => {
    const server = await startMailServer(root, "STARTTLS");
    try {
      const { status, output } = await send(await configure(server.port));
      assert.is(status, 0, output);
      assert.equal(server.events, [
        { event: "login", login: "kairos", password: "mail-secret", tls: true },
        {
          event: "mail",
          sender: "sites@example.com",
          recipients: ["customer@example.com"],
          tls: true,
        },
      ]);
    } finally {
      await server.stop();
    }
  });

  test("a server without TLS is not told the password", async () => {
    const server = await startMailServer(root, "in clear");
    try {
      const file = await configure(server.port);
      const { status, output } = await send(file);
      assert.is(status, 1);
      assert.match(output, "STARTTLS extension not supported by server");
      assert.equal(server.events, []);
      // That it would be, but for the one setting:
      const { use_tls: _, ...rest } = JSON.parse(readFileSync(file, "utf8")) as { use_tls: 1 };
      writeFileSync(file, JSON.stringify(rest));
      assert.is((await send(file)).status, 0);
      assert.equal(server.events[0], {
        event: "login",
        login: "kairos",
        password: "mail-secret",
        tls: false,
      });
    } finally {
      await server.stop();
    }
  });
}

/** Sends a mail by a bench's configuration, with Frappe's own steps. */
function send(configuration: string): Promise<{ status: number | null; output: string }> {
  const script = fileURLToPath(new URL("../fixtures/smtp/send.py", import.meta.url));
  const child = spawn("python3", [script, configuration, "customer@example.com"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

test.run();
