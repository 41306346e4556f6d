/**
 * A Terraform provider that only has a schema: enough for a real `terraform validate`, and for a real
 * `terraform test` whose files mock the provider, without the provider's binary and without any network.
 *
 * Terraform starts a provider as a child and talks to it over gRPC; or, as a provider's developers have
 * it, it is told by TF_REATTACH_PROVIDERS where one listens already. Then it wants no lock file, no
 * checksum and no `init`.
 *
 * @module
 */
import { loadPackageDefinition, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall, ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { decode } from "@msgpack/msgpack";
import { fileURLToPath } from "node:url";
import { refuseBeyondLimits } from "./text-limits.ts";
import { refuse } from "./refuse.ts";
import type { Path, Refusal } from "./refuse.ts";
import type { Attribute, Block, NestedBlock, ProviderSchema } from "./provider-schema.ts";

const PROTOCOL = 5;
const PROTOCOL_FILE = fileURLToPath(new URL("tfplugin5.proto", import.meta.url));

export interface SchemaProvider {
  address: string;
  /** What TF_REATTACH_PROVIDERS has for the address, by which Terraform finds it. */
  reattach: object;
  stop: () => void;
}

/** A provider's configuration, or a resource's, in MessagePack. */
interface DynamicValue {
  msgpack: Uint8Array;
}

interface ConfigRequest {
  type_name: string;
  config: DynamicValue;
}

/**
 * Serves a schema under a provider's address, such as `hashicorp/google`, on a free
 * port of the loopback address, until it is stopped.
 */
export async function startProvider(
  address: string,
  schema: ProviderSchema,
): Promise<SchemaProvider> {
  const server = new Server();
  server.addService(loadService(), {
    GetSchema: answer(() => toSchemas(schema)),
    PrepareProviderConfig: answer(({ config }: ConfigRequest) => ({ prepared_config: config })),
    ValidateResourceTypeConfig: answer((request: ConfigRequest) =>
      validate(schema.resources, request),
    ),
    ValidateDataSourceConfig: answer((request: ConfigRequest) =>
      validate(schema.dataSources, request),
    ),
    Configure: answer(() => ({})),
    Stop: answer(() => ({})),
  });
  const port = await listen(server);
  return { address, reattach: reattachTo(port), stop: () => server.forceShutdown() };
}

function loadService() {
  const definition = loadSync(PROTOCOL_FILE, { keepCase: true, enums: String });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tfplugin5: { Provider: ServiceClientConstructor };
  };
  return loaded.tfplugin5.Provider.service;
}

/** A method that answers at once. One that is not served is answered UNIMPLEMENTED by the library. */
function answer<Request>(handle: (request: Request) => object) {
  return ({ request }: ServerUnaryCall<Request, object>, reply: sendUnaryData<object>): void => {
    try {
      reply(null, handle(request));
    } catch (error) {
      reply({ code: status.INTERNAL, details: String(error) });
    }
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** With `Test`, Terraform leaves it to us to end this process. */
function reattachTo(port: number): object {
  return {
    Protocol: "grpc",
    ProtocolVersion: PROTOCOL,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "tcp", String: `127.0.0.1:${port}` },
  };
}

function toSchemas({ provider, resources, dataSources }: ProviderSchema): object {
  return {
    provider: toSchema(provider),
    resource_schemas: mapValues(resources, toSchema),
    data_source_schemas: mapValues(dataSources, toSchema),
  };
}

function toSchema(block: Block): object {
  return { version: 0, block: toProtocolBlock(block) };
}

function toProtocolBlock({ attributes, blocks }: Block): object {
  return {
    attributes: Object.entries(attributes).map(([name, attribute]) => ({
      name,
      ...toProtocolAttribute(attribute),
    })),
    block_types: Object.entries(blocks).map(([name, block]) => ({
      type_name: name,
      ...toProtocolNestedBlock(block),
    })),
  };
}

function toProtocolAttribute({ type, is, writeOnly = false }: Attribute): object {
  return {
    type: Buffer.from(JSON.stringify(type)),
    required: is === "required",
    optional: is.startsWith("optional"),
    computed: is.endsWith("computed"),
    write_only: writeOnly,
  };
}

function toProtocolNestedBlock(block: NestedBlock): object {
  return {
    block: toProtocolBlock(block),
    nesting: block.nesting.toUpperCase(),
    min_items: block.min,
    max_items: block.max,
  };
}

/** Terraform itself has held the configuration to the schema; left is what else the provider refuses. */
function validate(
  kinds: Readonly<Record<string, Block>>,
  { type_name: kind, config }: ConfigRequest,
): object {
  const block = kinds[kind];
  if (block === undefined) throw new Error(`there is no ${kind}`);
  const given = decode(config.msgpack);
  const refusals = [...refuse(block, given), ...refuseBeyondLimits(kind, given)];
  return { diagnostics: refusals.map(toDiagnostic) };
}

function toDiagnostic({ path, summary, detail }: Refusal): object {
  return { severity: "ERROR", summary, detail, attribute: { steps: path.map(toStep) } };
}

function toStep(step: Path[number]): object {
  return typeof step === "string" ? { attribute_name: step } : { element_key_int: step };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
