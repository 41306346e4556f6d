/**
 * A request of the console as a command of the shell. It is made from the very call that is sent, so that the two cannot
 * differ.
 *
 * @module
 */
import type { RequestOpts } from "@oazapfts/runtime";

/** How somebody at a shell says who they are; the value comes from their environment, and is never written out. */
const CREDENTIALS = {
  key: ['-H "X-API-Key: $KAIROS_API_KEY"'],
  google: ['-H "Authorization: Bearer $(gcloud auth print-identity-token)"'],
  proxy: ['-H "Authorization: Bearer $(gcloud auth print-identity-token)"'],
} as const;

/** The command for a call of the generated client, which is not carried out. */
export async function toCurl(
  call: (opts: RequestOpts) => Promise<unknown>,
  by: keyof typeof CREDENTIALS,
): Promise<string> {
  const sent: { url: string; init: RequestInit }[] = [];
  await call({
    fetch: (url, init = {}) => {
      sent.push({ url: url instanceof Request ? url.url : String(url), init });
      return Promise.resolve(new Response("null", { status: 200 }));
    },
  });
  const [request] = sent;
  return request === undefined ? "" : commandOf(request.url, request.init, by);
}

function commandOf(
  url: string,
  { method = "GET", headers, body }: RequestInit,
  by: keyof typeof CREDENTIALS,
): string {
  const type = new Headers(headers).get("Content-Type");
  const isWithBody = typeof body === "string";
  const parts = [
    method === "GET" ? "curl" : `curl -X ${method}`,
    quote(url),
    ...CREDENTIALS[by],
    ...(isWithBody && type !== null ? [`-H ${quote(`Content-Type: ${type}`)}`] : []),
    ...(isWithBody ? [`-d ${quote(body)}`] : []),
  ];
  return parts.join(" \\\n  ");
}

/** For a POSIX shell: between single quotes nothing means anything but a single quote. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
