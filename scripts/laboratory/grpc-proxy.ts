/**
 * Stands between a client and the emulator of Firestore or Pub/Sub: sees every call and what is asked in
 * it, and can meddle with one.
 *
 * @module
 */
import { connect, constants, createServer } from "node:http2";
import type {
  Http2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";

/** https://grpc.io/docs/guides/status-codes/ */
export const UNAVAILABLE = 14;
export const PERMISSION_DENIED = 7;

/** What happens to a call: something before it is passed on, or another answer than its own. */
interface Meddling {
  rpc: string;
  before?: () => Promise<unknown>;
  status?: number;
}

/** What a call asks, or is answered: a protobuf message, as it is on the wire. */
export interface SentMessage {
  rpc: string;
  message: Buffer;
}

/** Starts the proxy, in plain HTTP/2 as the emulator itself. */
export async function startGrpcProxy(host: string) {
  const upstream = connect(`http://${host}`);
  const calls: string[] = [];
  const messages: SentMessage[] = [];
  const answers: SentMessage[] = [];
  let meddling: Meddling | null = null;

  async function pass(down: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const rpc = String(headers[":path"]).split("/").at(-1) ?? "";
    calls.push(rpc);
    const { before, status } = take(rpc);
    await before?.();
    const up = upstream.request(headers);
    record(rpc, down, messages);
    record(rpc, up, answers);
    down.pipe(up);
    down.once("close", () => up.close());
    up.once("error", () => down.close());
    let trailers: IncomingHttpHeaders = {};
    up.once("trailers", (sent: IncomingHttpHeaders) => (trailers = sent));
    up.once("response", (answer, flags) => {
      if (status !== undefined) {
        up.resume().once("end", () => respond(down, { ...answer, "grpc-status": `${status}` }));
      } else if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
        respond(down, answer);
      } else {
        down.respond(answer, { waitForTrailers: true });
        down.once("wantTrailers", () => down.sendTrailers(trailers));
        up.pipe(down);
      }
    });
  }

  function take(rpc: string): Partial<Meddling> {
    if (meddling?.rpc !== rpc) return {};
    const taken = meddling;
    meddling = null;
    return taken;
  }

  const server = createServer();
  server.on("stream", (down, headers) => void pass(down, headers));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The calls that have come, by the names of their RPCs. */
    calls,
    /** What was asked in them. */
    messages,
    /** What they were answered. */
    answers,
    /** Meddles with the next call of an RPC; with none, where it is null. */
    meddle(next: Meddling | null): void {
      meddling = next;
    },
    stop(): void {
      upstream.close();
      server.close();
    },
  };
}

/** Keeps what comes, in one piece: what a call asks is complete before it is answered. */
function record(rpc: string, stream: Http2Stream, kept: SentMessage[]): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.once("end", () => {
    for (const message of unframe(Buffer.concat(chunks))) kept.push({ rpc, message });
  });
}

/** Before each message there is a byte that is zero as long as nothing is compressed, and its length. */
function unframe(frames: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let start = 0; start < frames.length;) {
    const end = start + 5 + frames.readUInt32BE(start + 1);
    messages.push(frames.subarray(start + 5, end));
    start = end;
  }
  return messages;
}

/** An answer of headers alone, as gRPC gives an error. */
function respond(down: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  down.respond(headers, { endStream: true });
}
