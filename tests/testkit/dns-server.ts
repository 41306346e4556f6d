/**
 * A DNS server on the loopback address, over UDP (RFC 1035): it answers what a test tells it.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

const TYPES = { A: 1, CNAME: 5, TXT: 16, AAAA: 28 } as const;
export type DnsType = keyof typeof TYPES;

/** How a name is answered whatever is asked of it: with an error, or not at all. */
export type DnsFault = "servfail" | "refused" | "silence";

const CODES = { none: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;

export type DnsServer = Awaited<ReturnType<typeof startDnsServer>>;

/** Starts it, without a name. */
export async function startDnsServer() {
  const zone = new Map<string, Partial<Record<DnsType, string[]>>>();
  const faults = new Map<string, DnsFault>();
  const asked: string[] = [];
  const socket = createSocket("udp4");

  socket.on("message", (query, from) => {
    const question = readQuestion(query);
    asked.push(`${question.type} ${question.name}`);
    const answer = answerTo(question);
    if (answer === null) return;
    socket.send(toMessage(query, question, answer), from.port, from.address);
  });

  function answerTo({ name, type }: Question): Reply | null {
    const fault = faults.get(name);
    if (fault === "silence") return null;
    if (fault !== undefined) return { code: CODES[fault], records: [] };
    const records = follow(name, type);
    const isThere = zone.has(name);
    return { code: isThere ? CODES.none : CODES.nxdomain, records };
  }

  /** The records of a name, and of what it is an alias of, as a resolver gives them. */
  function follow(name: string, type: number): Answered[] {
    const found = zone.get(name) ?? {};
    const [alias] = found.CNAME ?? [];
    if (alias !== undefined && type !== TYPES.CNAME) {
      return [{ name, type: "CNAME", value: alias }, ...follow(alias, type)];
    }
    return Object.entries(found).flatMap(([one, values]) =>
      TYPES[one as DnsType] === type
        ? values.map((value) => ({ name, type: one as DnsType, value }))
        : [],
    );
  }

  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    /** What was asked, in its order: type and name. */
    asked,
    /** Gives a name records of a type; none where there is no value. */
    set(name: string, type: DnsType, ...values: string[]): void {
      const { [type]: _, ...others } = zone.get(name) ?? {};
      zone.set(name, values.length === 0 ? others : { ...others, [type]: values });
    },
    /** Takes a name away: NXDOMAIN. */
    remove: (name: string): void => void zone.delete(name),
    /** Lets a name fail, until it is set to null. */
    fail(name: string, fault: DnsFault | null): void {
      if (fault === null) faults.delete(name);
      else faults.set(name, fault);
    },
    empty(): void {
      zone.clear();
      faults.clear();
      asked.length = 0;
    },
    stop: (): void => void socket.close(),
  };
}

interface Question {
  name: string;
  type: number;
  /** Where it ends in the message. */
  end: number;
}

interface Answered {
  name: string;
  type: DnsType;
  value: string;
}

interface Reply {
  code: number;
  records: Answered[];
}

const HEADER_BYTES = 12;

function readQuestion(message: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1);
  return { name: labels.join(".").toLowerCase(), type, end: at + 5 };
}

/** The query's id and question, with flags that say: an answer, recursive, without EDNS. */
function toMessage(query: Buffer, { end }: Question, { code, records }: Reply): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records.map(toRecord)]);
}

function toRecord({ name, type, value }: Answered): Buffer {
  const data = toData(type, value);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([toName(name), fixed, data]);
}

function toData(type: DnsType, value: string): Buffer {
  switch (type) {
    case "A":
      if (!isIPv4(value)) throw new Error(`${value} is no IPv4 address`);
      return Buffer.from(ipaddr.parse(value).toByteArray());
    case "AAAA":
      return Buffer.from(ipaddr.parse(value).toByteArray());
    case "CNAME":
      return toName(value);
    case "TXT":
      return Buffer.concat((value.match(/[^]{1,255}/g) ?? [""]).map(withLength));
  }
}

function toName(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([...labels.map(withLength), Buffer.alloc(1)]);
}

function withLength(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
}
