import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refuseBeyondLimits } from "./text-limits.ts";

const test = suite("Google's limits");

for (const [kind, config, way] of [
  ["google_pubsub_subscription", { ack_deadline_seconds: 700 }, "ack_deadline_seconds"],
  [
    "google_pubsub_subscription",
    { dead_letter_policy: [{ max_delivery_attempts: 500 }] },
    "dead_letter_policy.max_delivery_attempts",
  ],
  [
    "google_pubsub_subscription",
    { retry_policy: [{ maximum_backoff: "900s" }] },
    "retry_policy.maximum_backoff",
  ],
  ["google_pubsub_subscription", { filter: "x".repeat(257) }, "filter"],
  ["google_pubsub_topic", { message_retention_duration: "32 days" }, "message_retention_duration"],
  ["google_firestore_backup_schedule", { retention: "9000000s" }, "retention"],
  ["google_secret_manager_secret", { labels: { Team: "sites" } }, "labels"],
  ["google_secret_manager_secret", { labels: { team: "our sites" } }, "labels"],
  ["google_monitoring_uptime_check_config", { period: "120s" }, "period"],
  ["google_monitoring_uptime_check_config", { timeout: "90s" }, "timeout"],
  [
    "google_monitoring_alert_policy",
    { alert_strategy: [{ notification_rate_limit: [{ period: "60s" }] }] },
    "alert_strategy.notification_rate_limit.period",
  ],
  [
    "google_compute_security_policy",
    { rule: [{ rate_limit_options: [{ rate_limit_threshold: [{ interval_sec: 61 }] }] }] },
    "rule.rate_limit_options.rate_limit_threshold.interval_sec",
  ],
  ["google_compute_security_policy", { rule: [{ priority: -1 }] }, "rule.priority"],
  [
    "google_storage_bucket",
    { retention_policy: [{ retention_period: 0 }] },
    "retention_policy.retention_period",
  ],
  ["google_storage_bucket", { location: "europa" }, "location"],
  ["google_compute_router", { region: "eur-west9" }, "region"],
] as [string, object, string][]) {
  test(`${way} of ${kind}: ${JSON.stringify(config)} is refused`, () => {
    const [refusal, ...more] = refuseBeyondLimits(kind, config);
    assert.ok(refusal?.summary.startsWith(`${way} cannot be `));
    assert.equal(more, []);
  });
}

test("what is within its limits, not set or not yet known is taken", () => {
  const config = {
    ack_deadline_seconds: 600,
    message_retention_duration: null,
    retry_policy: [{ minimum_backoff: "10s", maximum_backoff: "600s" }],
    dead_letter_policy: [],
    labels: { team: "sites", empty: "" },
  };
  assert.equal(refuseBeyondLimits("google_pubsub_subscription", config), []);
  for (const location of ["europe-west1", "me-central2", "europe-west1-b", "EU", "nam5"]) {
    assert.equal(refuseBeyondLimits("google_storage_bucket", { location }), [], location);
  }
  assert.equal(refuseBeyondLimits("google_storage_bucket", { location: undefined }), []);
});

test("the labels of a channel are Monitoring's own", () => {
  const config = { labels: { email_address: "operator@example.com" } };
  assert.equal(refuseBeyondLimits("google_monitoring_notification_channel", config), []);
});

test.run();
