/**
 * Limits of Google's that no schema has: a number, a span of time or a label out of them would be refused only by an
 * apply. From the providers' documentation and Google's own.
 *
 * @module
 */
import type { Path, Refusal } from "./refuse.ts";

interface Limit {
  allows: (value: unknown) => boolean;
  says: string;
}

const whole = (from: number, to: number): Limit => ({
  allows: (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  says: `It must be a whole number from ${from} to ${to}.`,
});

/** A span of time as Google's APIs write it, such as 600s. */
const seconds = (from: number, to: number): Limit => ({
  allows: (value) => {
    const [, number] = /^(\d+(?:\.\d{1,9})?)s$/.exec(String(value)) ?? [];
    return number !== undefined && Number(number) >= from && Number(number) <= to;
  },
  says: `It must be a time in seconds from ${from}s to ${to}s, such as ${from}s.`,
});

/** One of some numbers or texts. */
const oneOf = (...values: (number | string)[]): Limit => ({
  allows: (value) => values.includes(value as number | string),
  says: `It must be one of ${values.join(", ")}.`,
});

const MULTI_REGIONS = new Set(["nam5", "eur3", "us", "eu", "asia", "global"]);
const CONTINENTS = "africa|asia|australia|europe|me|northamerica|southamerica|us";

const location: Limit = {
  allows: (value) =>
    MULTI_REGIONS.has(String(value).toLowerCase()) ||
    new RegExp(`^(${CONTINENTS})-(north|south|east|west|central)+[1-9]\\d?(-[a-z])?$`, "i").test(
      String(value),
    ),
  says: "It must be a region, a zone or a multi-region of Google Cloud's, such as europe-west1.",
};

const labels: Limit = {
  allows: (value) =>
    typeof value !== "object" ||
    value === null ||
    Object.entries(value).every(
      ([key, text]) =>
        /^[a-z][a-z0-9_-]{0,62}$/.test(key) &&
        (typeof text !== "string" || /^[a-z0-9_-]{0,63}$/.test(text)),
    ),
  says: "Keys and values of labels are of a to z, 0 to 9, _ and -, 63 characters at most.",
};

const noLongerThan = (characters: number): Limit => ({
  allows: (value) => String(value).length <= characters,
  says: `It must have ${characters} characters at most.`,
});

const DAY = 24 * 3600;

/** By the kind of resource and the way to the field. */
const LIMITS: Readonly<Record<string, Record<string, Limit>>> = {
  google_cloudfunctions2_function: {
    "service_config.timeout_seconds": whole(1, 3600),
    "service_config.max_instance_request_concurrency": whole(1, 1000),
  },
  google_dns_record_set: { ttl: whole(0, 2_147_483_647) },
  google_firestore_backup_schedule: { retention: seconds(DAY, 98 * DAY) },
  google_monitoring_alert_policy: {
    "alert_strategy.auto_close": seconds(1800, 7 * DAY),
    "alert_strategy.notification_rate_limit.period": seconds(300, 2 * DAY),
    "conditions.condition_threshold.aggregations.alignment_period": seconds(60, 25 * 3600),
  },
  google_compute_security_policy: {
    "rule.priority": whole(0, 2_147_483_647),
    "rule.rate_limit_options.rate_limit_threshold.count": whole(1, 10_000_000),
    "rule.rate_limit_options.rate_limit_threshold.interval_sec": oneOf(10, 30, 60, 120, 180, 300),
  },
  google_monitoring_uptime_check_config: {
    period: oneOf("60s", "300s", "600s", "900s"),
    timeout: seconds(1, 60),
  },
  google_pubsub_subscription: {
    ack_deadline_seconds: whole(10, 600),
    message_retention_duration: seconds(600, 31 * DAY),
    filter: noLongerThan(256),
    "dead_letter_policy.max_delivery_attempts": whole(5, 100),
    "retry_policy.minimum_backoff": seconds(0, 600),
    "retry_policy.maximum_backoff": seconds(0, 600),
  },
  google_pubsub_topic: { message_retention_duration: seconds(600, 31 * DAY) },
  google_storage_bucket: {
    "lifecycle_rule.condition.age": whole(0, 36_500),
    "lifecycle_rule.condition.days_since_noncurrent_time": whole(0, 36_500),
    "retention_policy.retention_period": whole(1, 3_155_760_000),
  },
};

/** Of every kind that has such a field. */
const OF_ALL: Readonly<Record<string, Limit>> = { labels, location, region: location };

/** What is out of its limits in a resource's configuration, as it comes over the wire. */
export function refuseBeyondLimits(kind: string, config: unknown): Refusal[] {
  const limits = { ...OF_ALL, ...LIMITS[kind] };
  if (kind === "google_monitoring_notification_channel") delete limits["labels"];
  return Object.entries(limits).flatMap(([way, { allows, says }]) =>
    valuesAt(config, way.split("."))
      .filter(({ value }) => !allows(value))
      .map(({ path, value }) => ({
        path,
        summary: `${way} cannot be ${JSON.stringify(value)}`,
        detail: says,
      })),
  );
}

/** What is set and known at the end of a way, through each block of a list. */
function valuesAt(config: unknown, way: string[], at: Path = []): { path: Path; value: unknown }[] {
  if (Array.isArray(config)) {
    return config.flatMap((one, index) => valuesAt(one, way, [...at, index]));
  }
  const [first, ...rest] = way;
  if (first === undefined) return isSet(config) ? [{ path: at, value: config }] : [];
  if (typeof config !== "object" || config === null) return [];
  return valuesAt((config as Record<string, unknown>)[first], rest, [...at, first]);
}

/** What is not yet known comes as an extension of MessagePack, or as undefined. */
function isSet(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Uint8Array) return false;
  return typeof value !== "object" || Object.getPrototypeOf(value) === Object.prototype;
}
