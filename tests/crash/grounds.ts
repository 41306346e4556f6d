/**
 * Where site Jobs are killed: on the fake database, which is on disk beside the sites, or on a real MariaDB.
 *
 * @module
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { databaseName } from "../../shared/tenant/names.ts";
import { checksums } from "../testkit/database-content.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { DATABASE_PASSWORD, STAND_IN } from "../testkit/site-bench.ts";
import type { DatabaseAddress, SiteBench } from "../testkit/site-bench.ts";
import { ACME } from "./crash-injection.ts";

/** Where the databases of sites are, and what is to be seen of them. */
export interface Ground {
  database: DatabaseAddress;
  /** What the database server holds, where that is not on disk beside the sites: with the sum of each table. */
  databaseState: () => Promise<string[]>;
  /** Makes a database with a user of its name. */
  make: (bench: SiteBench, database: string) => void;
  /** Writes into a database of a site, as its users do. */
  write: (bench: SiteBench, database: string, note: string) => void;
  /** All that is in a database, by the name of each table, for comparison; nothing where there is none. */
  content: (bench: SiteBench, database: string) => string[];
  /** Whether a database, ACME's first one without another, lets in the user of its name. */
  letsIn: (bench: SiteBench, database?: string) => boolean;
}

const TABLE = "tabNote";
const FIRST = databaseName(ACME.id);

export const FAKE_GROUND: Ground = {
  database: STAND_IN,
  databaseState: () => Promise.resolve([]),
  make(bench, database) {
    const user = join(bench.databases, "users", `${database}@%`);
    mkdirSync(join(bench.databases, "databases", database));
    mkdirSync(join(user, "grants"), { recursive: true });
    writeFileSync(join(user, "grants", database), "");
    writeFileSync(join(user, "password"), DATABASE_PASSWORD);
  },
  write: (bench, database, note) =>
    appendFileSync(join(bench.databases, "databases", database, TABLE), `${note}\n`),
  content(bench, database) {
    const tables = join(bench.databases, "databases", database);
    if (!existsSync(tables)) return [];
    const text = (table: string) => readFileSync(join(tables, table), "utf8");
    return readdirSync(tables)
      .toSorted()
      .map((table) => `${table}: ${text(table)}`);
  },
  letsIn(bench, database = FIRST) {
    const user = join(bench.databases, "users", `${database}@%`);
    if (!existsSync(join(user, "grants", database)) || existsSync(join(user, "locked")))
      return false;
    return readFileSync(join(user, "password"), "utf8") === DATABASE_PASSWORD;
  },
};

export function groundOn(server: MariadbServer): Ground {
  return {
    database: server.address,
    databaseState: () => Promise.resolve([...server.state(), ...checksums(server)]),
    make(_bench, database) {
      server.query(
        `CREATE DATABASE ${database}; GRANT ALL ON ${database}.* TO ${database}@'%' IDENTIFIED BY '${DATABASE_PASSWORD}';`,
      );
    },
    write(_bench, database, note) {
      server.query(
        `CREATE TABLE IF NOT EXISTS ${TABLE} (name VARCHAR(140) PRIMARY KEY); INSERT INTO ${TABLE} VALUES ('${note}');`,
        { database },
      );
    },
    content: (_bench, database) =>
      checksums(server, database).map((sum) => sum.replace(`${database}.`, "")),
    letsIn(_bench, database = FIRST) {
      try {
        const as = { user: database, password: DATABASE_PASSWORD, database };
        return server.query("SELECT 1", as).length === 1;
      } catch {
        return false;
      }
    },
  };
}
