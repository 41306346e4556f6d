/** The router's nginx, on the very configuration that the chart renders: whom it leads a visitor to, and what it tells. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeDirectories, volumeAt } from "../../scripts/local/volume.ts";
import { makeLink, missingNginx, startRouter } from "../testkit/nginx-server.ts";
import type { Router } from "../testkit/nginx-server.ts";
import { leadTo, makeSite, sendRaw, startBench, visit } from "../testkit/router-visit.ts";
import type { Bench, Visit } from "../testkit/router-visit.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/temporary-directory.ts";
import { fakeCluster, runScript } from "./chart-script.ts";

const test = suite("the router");

const ACME = `tn${"a".repeat(32)}`;
const OTHER = `tn${"b".repeat(32)}`;
const SECRET = "an-encryption-key";

const directory = temporaryDirectory();
const volume = join(directory, "volume");
let bench: Bench;
let sockets: Bench;
let router: Router;

const ask = async (given: Visit) => visit(router.port, given);
const link = (host: string, target: string) => {
  makeLink(join(volume, "hosts", host), target);
};

test.after(() => {
  rmSync(directory, { recursive: true, force: true });
});

const missing = missingNginx();
if (missing === null) addTests();
else skip(test, "the router leads visitors to sites", "nginx", missing);

test("nginx is told whom the Pod asks for names, by either protocol", async () => {
  const RESOLV_CONF = join(directory, "resolv.conf");
  const RESOLVER = join(directory, "resolver.conf");
  writeFileSync(RESOLV_CONF, "search a.local\nnameserver 10.30.0.10\nnameserver fd00::a\n");
  const PATH = fakeCluster(directory, "nginx", 'printf "%s\\n" "$*"');
  const { status, output } = await runScript("router.sh", { PATH, RESOLV_CONF, RESOLVER });
  assert.is(status, 0, output);
  assert.is(output, "-e stderr -c /etc/kairos-router/nginx.conf -g daemon off;\n");
  const resolver = "resolver 10.30.0.10 [fd00::a] valid=30s ipv6=off;\n";
  assert.is(readFileSync(RESOLVER, "utf8"), resolver);
});

function addTests(): void {
  test.before(async () => {
    makeDirectories(volumeAt(volume));
    writeFileSync(join(volume, "benches/main/sites/common_site_config.json"), SECRET);
    const acme = makeSite(volume, ACME);
    writeFileSync(join(volume, "benches/main/sites", ACME, "site_config.json"), SECRET);
    for (const host of ["acme.example.com", "www.acme-corp.org", "xn--mnchen-3ya.example.com"]) {
      link(host, acme);
    }
    link("other.example.com", makeSite(volume, OTHER));
    mkdirSync(join(volume, "tenants", ACME, "moved-to/acme.example.com"), { recursive: true });
    link("old.example.com", `../tenants/${ACME}/moved-to/acme.example.com`);
    bench = await startBench();
    sockets = await startBench();
    router = await startRouter({ volume, benchPort: bench.port, socketsPort: sockets.port });
  });

  test.before.each(() => {
    bench.reached.length = 0;
    sockets.reached.length = 0;
    bench.answerWith();
  });

  test.after(async () => {
    await router.stop();
    await bench.stop();
    await sockets.stop();
  });

  test("a host leads to its site, and the site's name reaches the bench", async () => {
    const answer = await ask({ host: "acme.example.com", path: "/app/user?q=%2F..%2f#" });
    assert.is(answer.status, 200);
    assert.is(answer.body, `${ACME} /app/user?q=%2F..%2f#`);
    assert.is(bench.reached[0]?.headers.host, "acme.example.com");
    assert.is((await ask({ host: "other.example.com" })).body, `${OTHER} /`);
  });

  test("all hosts of a site lead to it, each under its own name", async () => {
    for (const host of ["www.acme-corp.org", "xn--mnchen-3ya.example.com"]) {
      assert.is((await ask({ host })).body, `${ACME} /`, host);
      assert.is(bench.reached.at(-1)?.headers.host, host);
    }
  });

  for (const host of ["ACME.Example.COM", "acme.example.com:8443", "acme.example.com."]) {
    test(`${host} is the same host`, async () => {
      assert.is((await ask({ host })).body, `${ACME} /`);
      assert.is(bench.reached[0]?.headers.host, "acme.example.com");
    });
  }

  test("an unknown host is answered with a page, and the log says nothing of it", async () => {
    const answer = await ask({ host: "nobody.example.com", path: "/app" });
    assert.is(answer.status, 404);
    assert.is(answer.headers["content-type"], "text/html; charset=utf-8");
    assert.is(answer.headers["cache-control"], "no-store");
    assert.match(answer.body, "There is no site at this address.");
    assert.equal(bench.reached, []);
    assert.is(router.log(), "");
  });

  const LONG = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(56)}`;
  for (const [host, status] of [
    ["..", 400],
    [".", 404],
    ["...acme.example.com", 400],
    ["../hosts/acme.example.com", 400],
    ["acme.example.com/../other.example.com", 400],
    ["..%2ftenants", 400],
    ["%2e%2e", 404],
    ["%2f", 404],
    ["a%2facme.example.com", 404],
    ["acme.example.com%00", 404],
    ["acme.example.com\\..", 400],
    ["_", 404],
    ["-", 404],
    ["a_b.example.com", 404],
    [".acme.example.com", 404],
    ["münchen.example.com", 404],
    [LONG, 404],
    ["127.0.0.1", 404],
    ["127.0.0.1:8080", 404],
    ["[::1]", 404],
    ["[::1]:8080", 404],
    ["hosts", 404],
    ["*", 404],
    ["~^.+$", 404],
    ["$known_host", 404],
    ["", 400],
  ] as const) {
    test(`the host "${host.length > 100 ? `of ${host.length} characters` : host}" leads nowhere`, async () => {
      const answer = await sendRaw(
        router.port,
        `GET /hosts HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, new RegExp(`^HTTP/1\\.1 (${status}|400) `));
      assert.equal(bench.reached, []);
      assert.is(router.log(), "");
    });
  }

  test("without a host there is no site", async () => {
    assert.match(await sendRaw(router.port, "GET / HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 404 /);
    assert.match(await sendRaw(router.port, "GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 /);
    assert.equal(bench.reached, []);
    assert.is(router.log(), "");
  });

  test("the host of the first line is the one that is asked for, and the one that the bench is told", async () => {
    const first = "GET http://other.example.com/x HTTP/1.1";
    const sent = `${first}\r\nHost: acme.example.com\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(router.port, sent), `${OTHER} /x`);
    assert.is(bench.reached[0]?.headers.host, "other.example.com");
  });

  for (const path of [
    "/../../../etc/passwd",
    "/..",
    "/%2e%2e/%2e%2e/site_config.json",
    "/..%2fsite_config.json",
    "/site_config.json",
    "//site_config.json",
    "/./site_config.json",
    `/../${OTHER}/site_config.json`,
    "/assets/../../common_site_config.json",
    "/files/..%5c..%5csite_config.json",
    "/protected/site_config.json",
    "/%00",
  ]) {
    test(`by ${path} no file of the volume is had`, async () => {
      const answer = await sendRaw(
        router.port,
        `GET ${path} HTTP/1.1\r\nHost: acme.example.com\r\nConnection: close\r\n\r\n`,
      );
      assert.not.match(answer, SECRET);
      // Either it is refused, or the bench is asked for just that.
      if (!answer.startsWith("HTTP/1.1 400 ")) {
        assert.match(answer, /^HTTP\/1\.1 200 /);
        assert.is(bench.reached[0]?.url, path);
        assert.is(bench.reached[0]?.headers["x-frappe-site-name"], ACME);
      }
    });
  }

  test("what is at a host and is no link of the right kind leads nowhere", async () => {
    const outside = join(directory, "benches/main/sites", ACME);
    mkdirSync(outside, { recursive: true });
    mkdirSync(join(volume, "benches/main/sites/assets"));
    mkdirSync(join(volume, "tenants", ACME, "moved-to/Not a name"));
    mkdirSync(join(volume, "hosts/directory.example.com"));
    writeFileSync(join(volume, "hosts/file.example.com"), SECRET);
    for (const [name, target] of [
      ["dangling", `../tenants/tn${"c".repeat(32)}/current`],
      ["loop", "loop.example.com"],
      ["tenant", `../tenants/${ACME}`],
      ["config", `../benches/main/sites/${ACME}/site_config.json`],
      ["assets", "../benches/main/sites/assets"],
      ["sites", "../benches/main/sites"],
      ["root", ".."],
      ["moved", `../tenants/${ACME}/moved-to`],
      ["badly-moved", `../tenants/${ACME}/moved-to/Not a name`],
      ["etc", "/etc"],
      ["outside", outside],
    ] as const) {
      link(`${name}.example.com`, target);
    }
    for (const name of ["directory", "file", "dangling", "tenant", "config", "assets", "sites"]) {
      assert.is((await ask({ host: `${name}.example.com` })).status, 404, name);
    }
    for (const name of ["root", "moved", "badly-moved", "etc", "outside"]) {
      assert.is((await ask({ host: `${name}.example.com` })).status, 404, name);
    }
    assert.is(router.log(), "");
    // Nobody makes one; nginx tells of it, and nothing is had.
    assert.is((await ask({ host: "loop.example.com" })).status, 404);
    assert.equal(bench.reached, []);
  });

  test("a link by a name that DNS does not have leads nowhere, wherever it leads", async () => {
    for (const host of ["a_b.example.com", "%2e", "-acme", "~acme", "a..b"]) {
      link(host, `../tenants/${ACME}/current`);
      assert.ok([400, 404].includes((await ask({ host })).status), host);
    }
    assert.equal(bench.reached, []);
  });

  test("a bench that the router was not told of is away", async () => {
    const far = `tn${"d".repeat(32)}`;
    link("far.example.com", makeSite(volume, far, "another"));
    const answer = await ask({ host: "far.example.com" });
    assert.is(answer.status, 502);
    assert.match(answer.body, "This site does not answer.");
    assert.is(answer.headers["cache-control"], "no-store");
    assert.equal(bench.reached, []);
  });

  for (const [state, status, words] of [
    ["suspended", 503, "This site is suspended."],
    ["updating", 503, "This site is being updated."],
    ["retained", 410, "The site that was at this address is gone."],
  ] as const) {
    test(`all hosts of a ${state} site are closed at once, and open again`, async () => {
      const hosts = ["acme.example.com", "www.acme-corp.org"];
      leadTo(join(volume, "tenants", ACME, "current"), state);
      for (const host of hosts) {
        const answer = await ask({ host, path: "/login", method: "POST", body: "usr=a" });
        assert.is(answer.status, status, host);
        assert.is(answer.headers["cache-control"], "no-store");
        if (status === 503) assert.match(answer.headers["retry-after"] ?? "", /^\d+$/);
        else assert.is(answer.headers["retry-after"], undefined);
        assert.match(answer.body, words);
      }
      assert.equal(bench.reached, []);
      leadTo(join(volume, "tenants", ACME, "current"), `../../benches/main/sites/${ACME}`);
      for (const host of hosts) assert.is((await ask({ host })).status, 200, host);
    });
  }

  test("a former name leads to the new one, with all that was asked for, and for no longer than it does", async () => {
    for (const method of ["GET", "POST"]) {
      const answer = await ask({ host: "old.example.com", path: "/app/a%2Fb?x=1&y=%20", method });
      assert.is(answer.status, 308);
      assert.is(answer.headers.location, "https://acme.example.com/app/a%2Fb?x=1&y=%20");
      assert.is(answer.headers["cache-control"], "no-store");
    }
    assert.equal(bench.reached, []);
  });

  test("a visitor cannot say which site it is, nor by which host it came", async () => {
    const headers = {
      "X-Frappe-Site-Name": OTHER,
      X_Frappe_Site_Name: OTHER,
      "X-Frappe_Site-Name": OTHER,
      "X-Forwarded-Host": "other.example.com",
      "X-Forwarded-Port": "1",
      "X-Forwarded-Prefix": "/other",
      "X-Real-IP": "192.0.2.9",
      Forwarded: "host=other.example.com",
    };
    await ask({ host: "acme.example.com", headers });
    const { headers: told = {} } = bench.reached[0] ?? {};
    const names = Object.keys(told).filter((name) => /^(x|forwarded)/.test(name));
    const left = ["x-forwarded-for", "x-forwarded-proto", "x-frappe-site-name"];
    assert.equal(names.toSorted(), left);
    assert.is(told["x-frappe-site-name"], ACME);
  });

  test("what a visitor sends besides reaches the bench, and what it answers the visitor", async () => {
    bench.answerWith((_, response) => {
      const cookies = { "Set-Cookie": ["sid=1", "user=2"] };
      response.writeHead(404, {
        ...cookies,
        "Content-Type": "text/plain",
        "Cache-Control": "public",
      });
      response.end("a page of the site's own");
    });
    const headers = { Cookie: "sid=1", Origin: "https://a.example", "X-Frappe-CSRF-Token": "t" };
    const answer = await ask({ host: "acme.example.com", headers });
    const { headers: told = {} } = bench.reached[0] ?? {};
    const { cookie, origin, upgrade } = told;
    assert.equal([cookie, origin, upgrade], ["sid=1", "https://a.example", undefined]);
    assert.is(told["x-frappe-csrf-token"], "t");
    assert.is(answer.status, 404);
    assert.is(answer.body, "a page of the site's own");
    assert.equal(answer.headers["set-cookie"], ["sid=1", "user=2"]);
    assert.is(answer.headers["cache-control"], "public");
    assert.is(answer.headers["content-type"], "text/plain");
  });

  test("the client's address is the last that is not the load balancer's, and the bench is told it alone", async () => {
    const told = async (forwarded: string) => {
      const headers = { "X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https" };
      await ask({ host: "acme.example.com", headers });
      const reached = bench.reached.at(-1)?.headers ?? {};
      return [reached["x-forwarded-for"], reached["x-forwarded-proto"]];
    };
    assert.equal(await told("1.1.1.1, 203.0.113.9"), ["203.0.113.9", "https"]);
    // What the load balancer adds: "client, itself".
    assert.equal(await told("1.1.1.1, 203.0.113.9, 127.0.0.1"), ["203.0.113.9", "https"]);
    await ask({ host: "acme.example.com" });
    const { headers = {} } = bench.reached.at(-1) ?? {};
    const own = [headers["x-forwarded-for"], headers["x-forwarded-proto"]];
    assert.equal(own, ["127.0.0.1", "http"]);
  });

  test("nobody but the load balancer is believed of a client's address", async () => {
    const trustedProxies = ["130.211.0.0/22", "35.191.0.0/16"];
    const strict = await startRouter({ volume, benchPort: bench.port, trustedProxies });
    try {
      const headers = { "X-Forwarded-For": "203.0.113.9" };
      await visit(strict.port, { host: "acme.example.com", headers });
      assert.is(bench.reached.at(-1)?.headers["x-forwarded-for"], "127.0.0.1");
    } finally {
      await strict.stop();
    }
  });

  test("an upload of any size goes on, and how large it may be the bench says", async () => {
    const body = Buffer.alloc(60 * 2 ** 20, "x");
    bench.answerWith((asked, response) => {
      asked.on("end", () => response.writeHead(413).end("too large"));
      asked.resume();
    });
    const answer = await ask({ host: "acme.example.com", method: "POST", body });
    assert.equal([answer.status, answer.body], [413, "too large"]);
    assert.is(bench.reached[0]?.bytes, body.length);
  });

  test("what the bench has compressed is handed on as it is", async () => {
    bench.answerWith(({ headers }, response) => {
      assert.is(headers["accept-encoding"], "gzip");
      response.setHeader("Content-Encoding", "gzip");
      response.end(gzipSync("a".repeat(10_000)).toString("base64"));
    });
    const headers = { "Accept-Encoding": "gzip" };
    const answer = await ask({ host: "acme.example.com", headers });
    assert.is(answer.headers["content-encoding"], "gzip");
    assert.is(gunzipSync(Buffer.from(answer.body, "base64")).length, 10_000);
  });

  test("a connection serves many requests", async () => {
    const one = "GET / HTTP/1.1\r\nHost: acme.example.com\r\n";
    const answer = await sendRaw(router.port, `${one}\r\n${one}Connection: close\r\n\r\n`);
    assert.is(answer.match(/HTTP\/1\.1 200 /g)?.length, 2);
  });

  test("a web socket leads to socketio, which is told the site and an Origin that is the host's", async () => {
    sockets.server.on("upgrade", ({ headers }, socket) => {
      sockets.reached.push({ url: "", method: "", headers, bytes: 0 });
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
      socket.write("Connection: Upgrade\r\n\r\n");
      socket.on("data", (piece: Buffer) => socket.end(`echo ${piece.toString()}`));
    });
    const opened = await openSocket("Origin: https://acme.example.com\r\n");
    assert.match(opened, /^HTTP\/1\.1 101 /);
    assert.match(opened, /echo hello$/);
    const { host, origin, upgrade, connection } = sockets.reached[0]?.headers ?? {};
    assert.equal([host, origin], ["acme.example.com", "https://acme.example.com"]);
    assert.equal([upgrade, connection], ["websocket", "upgrade"]);
    assert.is(sockets.reached[0]?.headers["x-frappe-site-name"], ACME);
    // Another site's page: socketio itself refuses it, which wants to know of it.
    await openSocket("Origin: https://evil.example\r\n");
    assert.is(sockets.reached[1]?.headers.origin, "https://evil.example");
  });

  test("socketio's long polling leads there too, and gets the Origin that a browser leaves out", async () => {
    const headers = { "X-Forwarded-Proto": "https" };
    const path = "/socket.io/?EIO=4&transport=polling";
    const answer = await ask({ host: "acme.example.com", path, headers });
    assert.is(answer.body, `${ACME} ${path}`);
    const { origin, upgrade, connection } = sockets.reached[0]?.headers ?? {};
    assert.equal([origin, upgrade], ["https://acme.example.com", undefined]);
    assert.is(connection, "close");
    assert.equal(bench.reached, []);
  });

  test("a site that is closed or held has no web sockets", async () => {
    for (const state of ["suspended", "updating"]) {
      leadTo(join(volume, "tenants", ACME, "current"), state);
      assert.match(await openSocket(""), /^HTTP\/1\.1 503 /, state);
    }
    leadTo(join(volume, "tenants", ACME, "current"), `../../benches/main/sites/${ACME}`);
    assert.equal(sockets.reached, []);
  });

  test("health sees gunicorn: whatever Frappe says of a site that is nowhere", async () => {
    for (const status of [404, 500, 200, 302, 400]) {
      bench.answerWith((_, response) => response.writeHead(status).end("frappe"));
      assert.equal(await health("bench"), status === 200 ? [200, "frappe"] : GUNICORN);
    }
    const { url, headers } = bench.reached[0] ?? {};
    assert.is(url, "/api/method/ping");
    assert.is(headers?.["x-frappe-site-name"], "no-site.invalid");
  });

  test("health sees that gunicorn is gone: the bench's nginx says so, or is gone itself", async () => {
    for (const status of [502, 503]) {
      bench.answerWith((_, response) => response.writeHead(status).end());
      assert.equal(await health("bench"), [503, "gunicorn does not answer\n"]);
    }
    const gone = await startBench();
    await gone.stop();
    const alone = await startRouter({ volume, benchPort: gone.port });
    try {
      assert.equal(await health("bench", alone.port), [503, "gunicorn does not answer\n"]);
      const answer = await visit(alone.port, { host: "acme.example.com" });
      assert.is(answer.status, 502);
      assert.is(answer.headers["cache-control"], "no-store");
      assert.match(answer.body, "This site does not answer.");
      assert.equal(await health("router", alone.port), [200, "the router runs\n"]);
    } finally {
      await alone.stop();
    }
  });

  test("a site is served by the bench that it is in, its web sockets too, and by the next one once it has moved", async () => {
    const other = await startBench();
    const otherBenches = { "v16-33": other.port };
    const several = await startRouter({ volume, benchPort: bench.port, otherBenches });
    const askAcme = (path: string) => visit(several.port, { host: "acme.example.com", path });
    try {
      assert.is((await askAcme("/")).body, `${ACME} /`);
      assert.is(other.reached.length, 0);
      const moved = join(volume, "benches/v16-33/sites");
      mkdirSync(moved, { recursive: true });
      renameSync(join(volume, "benches/main/sites", ACME), join(moved, ACME));
      leadTo(join(volume, "tenants", ACME, "current"), `../../benches/v16-33/sites/${ACME}`);
      for (const path of ["/app", "/socket.io/?EIO=4"]) {
        assert.is((await askAcme(path)).body, `${ACME} ${path}`);
      }
      assert.equal(
        other.reached.map(({ url }) => url),
        ["/app", "/socket.io/?EIO=4"],
      );
      assert.is(bench.reached.length, 1);
      assert.is((await visit(several.port, { host: "other.example.com" })).body, `${OTHER} /`);
      renameSync(join(moved, ACME), join(volume, "benches/main/sites", ACME));
      leadTo(join(volume, "tenants", ACME, "current"), `../../benches/main/sites/${ACME}`);
    } finally {
      await several.stop();
      await other.stop();
    }
  });

  test("one bench that answers is enough for the load balancer, and each can be asked alone", async () => {
    const gone = await startBench();
    await gone.stop();
    const [last, ill] = [await startBench(), await startBench()];
    ill.answerWith((_, response) => response.writeHead(503).end());
    const several = await startRouter({
      volume,
      benchPort: gone.port,
      otherBenches: { ill: ill.port, "v16-33": last.port },
    });
    try {
      const of = (what: string) => health(what, several.port);
      last.answerWith((_, response) => response.writeHead(404).end());
      assert.equal(await of("bench"), GUNICORN);
      assert.equal([ill.reached.length, last.reached.length], [1, 1]);
      assert.equal(await of("bench/v16-33"), GUNICORN);
      assert.equal(await of("bench/main"), [503, "gunicorn does not answer\n"]);
      assert.equal(await of("bench/ill"), [503, "gunicorn does not answer\n"]);
      assert.equal(await of("bench/nowhere"), [404, "there is no such bench\n"]);
      // One that is busy is there.
      last.answerWith(() => {});
      assert.equal(await of("bench"), [200, "the bench is busy\n"]);
      last.answerWith((_, response) => response.writeHead(502).end());
      assert.equal(await of("bench"), [503, "gunicorn does not answer\n"]);
      assert.equal(last.reached.map(({ url }) => url).at(-1), "/api/method/ping");
    } finally {
      await several.stop();
      await Promise.all([last.stop(), ill.stop()]);
    }
  });

  test("a bench that is out of reach is told from one without gunicorn, and the next one is asked", async () => {
    const unreachable = await startUnreachable();
    const options = { volume, benchPort: unreachable.port };
    const alone = await startRouter(options);
    const several = await startRouter({ ...options, otherBenches: { "v16-33": bench.port } });
    try {
      assert.equal(await health("bench", alone.port), [503, "the bench is out of reach\n"]);
      assert.is((await health("bench", several.port))[0], 200);
      assert.equal(
        bench.reached.map(({ url }) => url),
        ["/api/method/ping"],
      );
    } finally {
      await Promise.all([alone.stop(), several.stop()]);
      await unreachable.stop();
    }
  });

  test("a bench may come after the router: its name is looked up while nginx runs", async () => {
    const names = await startNameServer();
    const host = "frappe-bench.frappe.svc.cluster.local";
    const resolver = `resolver 127.0.0.1:${names.port} valid=30s ipv6=off;\n`;
    const early = await startRouter({
      volume,
      benchPort: bench.port,
      benchName: { host, resolver },
    });
    try {
      assert.equal(await health("bench", early.port), [503, "gunicorn does not answer\n"]);
      assert.is((await visit(early.port, { host: "acme.example.com" })).status, 502);
      names.known.add(host);
      assert.is((await visit(early.port, { host: "acme.example.com" })).body, `${ACME} /`);
      assert.is((await health("bench", early.port))[0], 200);
    } finally {
      await early.stop();
      await names.stop();
    }
  });

  test("a bench that is busy is not taken for dead", async () => {
    bench.answerWith(() => {});
    assert.equal(await health("bench"), [200, "the bench is busy\n"]);
  });

  test("health sees the volume", async () => {
    assert.equal(await health("volume"), [200, "the router sees the volume\n"]);
    renameSync(join(volume, "hosts"), join(volume, "away"));
    try {
      assert.equal(await health("volume"), [
        503,
        "there is no /volume/hosts\n".replace("/volume", volume),
      ]);
    } finally {
      renameSync(join(volume, "away"), join(volume, "hosts"));
    }
  });

  test("health is for who asks at the Pod's address: no visitor, and at no site's name", async () => {
    for (const what of ["router", "volume", "bench"]) {
      const headers = { "X-Forwarded-For": "203.0.113.9, 127.0.0.1" };
      const path = `/health/${what}`;
      assert.is((await ask({ host: "10.20.0.7:8080", path, headers })).status, 404, what);
      assert.is((await ask({ host: "nobody.example.com", path })).status, 404, what);
      assert.is((await ask({ host: "acme.example.com", path })).body, `${ACME} ${path}`);
    }
  });

  const GUNICORN = [200, "gunicorn answers\n"];

  async function health(what: string, port = router.port): Promise<[number, string]> {
    const { status, body } = await visit(port, { host: "10.20.0.7:8080", path: `/health/${what}` });
    return [status, body];
  }

  async function openSocket(more: string): Promise<string> {
    const socket = connect(router.port, "127.0.0.1");
    socket.write(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: acme.example.com\r\n" +
        `Connection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`,
    );
    let received = "";
    socket.on("data", (piece: Buffer) => {
      received += piece.toString();
      if (!received.startsWith("HTTP/1.1 101 ")) socket.end();
      else if (received.endsWith("\r\n\r\n")) socket.write("hello");
    });
    await once(socket, "close");
    return received;
  }
}

/** A port where nobody takes a connection, nor refuses it: as many as may wait are waiting already. */
async function startUnreachable() {
  const script = `
import socket, sys
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
waiting = [socket.socket() for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(server.getsockname())
print(server.getsockname()[1], flush=True)
sys.stdin.read()
`;
  const child = spawn("python3", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return {
    port: Number(port.toString()),
    async stop(): Promise<void> {
      child.stdin.end();
      await once(child, "close");
    },
  };
}

/** Answers for the names that are known, all of which are this machine, and of all others that they are not there. */
async function startNameServer() {
  const known = new Set<string>();
  const server = createSocket("udp4");
  server.on("message", (question, { port }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.subarray(at + 1, at + 1 + length).toString());
      at += length + 1;
    }
    const isKnown = known.has(labels.join("."));
    // The question again; then its name (by a pointer), A, IN, 60 s, four bytes.
    const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1];
    const head = [0x81, isKnown ? 0x80 : 0x83, 0, 1, 0, isKnown ? 1 : 0, 0, 0, 0, 0];
    const asked = [question.subarray(0, 2), Buffer.from(head), question.subarray(12, at + 5)];
    server.send(Buffer.concat([...asked, Buffer.from(isKnown ? record : [])]), port, "127.0.0.1");
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    known,
    stop: () => once(server.close(), "close"),
  };
}

test.run();
