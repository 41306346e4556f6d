import { randomBytes, randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withoutSecrets } from "./secrets-in-text.ts";

const test = suite("withoutSecrets");

const hidden: [line: string, without: string][] = [
  ["password=hunter2", "password=***"],
  ["DB_PASSWORD = hunter2, user = acme", "DB_PASSWORD = *** user = acme"],
  ["Password: hunter2", "Password: ***"],
  ["db_pass=hunter2", "db_pass=***"],
  ["MYSQL_PWD=hunter2 mariadb", "MYSQL_PWD=*** mariadb"],
  ['{"password": "hunter2 with a space", "port": 3306}', '{"password": ***, "port": 3306}'],
  ['{"db_password":"hunter\\"2","port":3306}', '{"db_password":***,"port":3306}'],
  ["{'mail_password': 'hunter2', 'port': 3306}", "{'mail_password': ***, 'port': 3306}"],
  ["{'password': b'hunter2'}", "{'password': ***}"],
  ['"{\\"password\\": \\"hunter2\\"}"', '"{\\"password\\": ***'],
  ["password='hun''ter2' and more", "password=*** and more"],
  [String.raw`password='hun'\''ter2' and more`, "password=*** and more"],
  ['password="hunter2', "password=***"],
  ["cannot log in with ('password', 'hunter2')", "cannot log in with ('password', ***)"],
  ["os.environ['DB_PASSWORD'] = 'hunter2'", "os.environ['DB_PASSWORD'] = ***"],
  ["access_token: abc", "access_token: ***"],
  ["tokenValue=abc", "tokenValue=***"],
  ["client_secret => abc", "client_secret => ***"],
  ["SECRET_KEY_BASE=abc", "SECRET_KEY_BASE=***"],
  ["api_key:abc", "api_key:***"],
  [
    "https://acme.kairos.app/update-password?key=abc",
    "https://acme.kairos.app/update-password?key=***",
  ],
  ["bench new-site --admin-password hunter2 acme", "bench new-site --admin-password *** acme"],
  ["bench new-site --admin-password=hunter2 acme", "bench new-site --admin-password=*** acme"],
  ["-H 'Authorization: token a:b' https://x", "-H 'Authorization: ***"],
  ['"authorization": "Basic YTpi", "x": 1', '"authorization": ***'],
  ["Set-Cookie: sid=abc; Path=/", "Set-Cookie: ***"],
  ["sent Bearer abc.def to it", "sent Bearer *** to it"],
  ["near 'IDENTIFIED BY 'hunter2'' at line 1", "near 'IDENTIFIED BY *** at line 1"],
  ["redis://default:hunter2@redis:6379/1", "redis://default:***@redis:6379/1"],
  ["deadbeefdeadbeefdeadbeefdeadbeef", "***"],
  ["got 0c16443d3d8e4c0db43cac1174140611.", "got ***."],
  ["Zm9vYmFyYmF6cXV4LV9mb29iYXJiYXpxdXg=", "***"],
  ["MIIEvQIBADANBg/qhkiG9w0BAQEFA+SCBKcwggSjAgE/AoIBAQC7VJTUt9U+8cKj", "***"],
];
for (const [line, without] of hidden) {
  test(`hides it in ${line}`, () => assert.is(withoutSecrets(line), without));
}

const kept = [
  "step: set-config at 2026-11-29T17:00:01.123Z",
  "KeyError: 'acme'",
  "Duplicate entry 'acme' for key 'PRIMARY'",
  "Access denied for user 'acme'@'10.0.0.1' (using password: YES)",
  "this bench has no outgoing mail, so the customer cannot set a password by mail",
  "/home/frappe/frappe-bench/apps/frappe/frappe/database/mariadb/database.py",
  "frappe.patches.v15_0.update_all_outgoing_email_accounts_of_a_site",
  "ER_ACCOUNT_HAS_BEEN_LOCKED_OR_SOMETHING",
  "----------------------------------------------------------------",
  "Updating DocTypes for frappe : [======    ] 60%",
  "http://mariadb:3306/x",
];
for (const line of kept) {
  test(`leaves ${line}`, () => assert.is(withoutSecrets(line), line));
}

test("hides every key that is long enough, wherever it stands", () => {
  for (let count = 0; count < 10_000; count++) {
    const bytes = randomBytes(24 + (count % 40));
    for (const key of [bytes.toString("hex"), bytes.toString("base64url"), randomUUID()]) {
      assert.not.match(withoutSecrets(`refused ${key}, try again`), key);
      assert.not.match(withoutSecrets(`refused(${key})`), key);
    }
  }
});

const long = ["a", "-", "1", "'", '"', "\\", "key=", "key_", "--key ", "://a:", "a1_", 'pwd="\\'];
for (const part of long) {
  test(`comes to an end with a line of nothing but ${part}`, () => {
    assert.type(withoutSecrets(part.repeat(2 ** 18)), "string");
  });
}

test.run();
