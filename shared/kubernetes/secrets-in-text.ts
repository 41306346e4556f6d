/**
 * A line of a log without what looks like a secret. The scripts hide the passwords that they know; this is for those
 * that nobody told them of, so it hides rather too much than too little. Pure.
 *
 * @module
 */

const MASK = "***";

/** What is quoted, to its end or the line's, with what hangs on it; or else all up to the next space. */
const VALUE = String.raw`(?:[bruf]{0,2}\\?(?:"(?:\\.|[^"\\])*(?:"|\\?$)|'(?:\\.|[^'\\])*(?:'|\\?$))[^\s,;)}\]]*|\S+)`;

/** The last word of a name whose value is secret, and what may come after it in the name. */
const SECRET_NAME = String.raw`(?:(?:pass(?:word|wd|phrase|code)|secret|token|credential)\w{0,40}|(?:key|auth|pass|pwd)s?(?:[_-][\w-]{0,40})?)`;

/** Between a name and its value: `=`, `: `, `" : `, `=>`, and the comma of a tuple. */
const IS = String.raw`(?:[\\"'\x60\]]{0,3}\s{0,3}(?:=>|:=|[:=])|\\?["']\s{0,3},)\s{0,3}`;

/** What becomes what, in this order. */
const RULES: [pattern: RegExp, replacement: string][] = [
  // A header has no end but the line's.
  [/\b((?:authorization|cookie)[\\"']{0,2}\s{0,3}[:=]).*/gi, `$1 ${MASK}`],
  [/\b(bearer\s{1,3})[^\s"']+/gi, `$1${MASK}`],
  // Whether a password was used, as MariaDB's refusals say it, is worth knowing.
  [new RegExp(String.raw`(${SECRET_NAME}${IS})(?!(?:YES|NO)\))${VALUE}`, "gi"), `$1${MASK}`],
  [new RegExp(String.raw`(--?[\w-]{0,40}${SECRET_NAME}\s{1,3})${VALUE}`, "gi"), `$1${MASK}`],
  [
    new RegExp(String.raw`\b(identified\s{1,3}by\s{1,3}(?:password\s{1,3})?)${VALUE}`, "gi"),
    `$1${MASK}`,
  ],
  [/(:\/\/[^\s/:@"']{0,100}:)[^\s/"'@]+(?=@)/g, `$1${MASK}`],
];

/** What is long enough to be a key: in hex or base64url, and in base64, which looks like a path. */
const LONG_RUN = /[\w-]{32,}={0,2}/g;
const BASE64_RUN = /[\w+/-]{40,}={0,2}/g;

/** `v15_0_update_all_outgoing_email_accounts`, and a line of dashes: what no random run looks like. */
const WORDS =
  /^[_-]*(?:(?:[a-z]{1,20}|[A-Z]{1,20}|(?=\d))\d{0,2}[_-]+)*(?:[a-z]{1,20}\d{0,2}|[A-Z]{1,20}\d{0,2})?$/;

/** The line, with `***` in the place of what looks like a secret. */
export function withoutSecrets(line: string): string {
  const named = RULES.reduce((text, [pattern, by]) => text.replaceAll(pattern, by), line);
  return named
    .replaceAll(BASE64_RUN, (run) => (isMixed(run) ? MASK : run))
    .replaceAll(LONG_RUN, (run) => (WORDS.test(run) ? run : MASK));
}

function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}
