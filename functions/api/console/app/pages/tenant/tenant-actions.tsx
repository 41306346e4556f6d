/**
 * What an operator may have done to a tenant, by the state that it is in.
 *
 * @module
 */
import { defineAction } from "../../actions/action.ts";
import type { Action, Field, Values } from "../../actions/action.ts";
import {
  changeTenant,
  createBackup,
  createLoginLink,
  deleteTenant,
  pinTenant,
  renameTenant,
  resumeTenant,
  retryTenant,
  suspendTenant,
  undeleteTenant,
  undoRestoreOfTenant,
  unpinTenant,
  upgradeTenant,
} from "../../client/api-client.ts";
import type { Bench, Tenant, UpgradeOutlook } from "../../client/api-client.ts";
import { CopyButton } from "../../components/copy-button.tsx";

/** Those that fit the state that it is in; the API has the last word. */
export function actionsFor(tenant: Tenant, benches: readonly Bench[]): Action[] {
  const { status, desired, quiet } = tenant;
  if (desired === "standby") return [];
  if (status === "deleted") return [undelete(tenant), purge(tenant)];
  if (desired === "absent") return [];
  const isThere = status === "active" || status === "suspended";
  const otherBenches = benches.filter(({ name }) => name !== tenant.bench);
  return [
    ...(status === "failed" || tenant.retryable !== null ? [retry(tenant)] : []),
    ...(status === "active" ? [loginLink(tenant)] : []),
    ...(isThere ? [backUp(tenant)] : []),
    ...(desired === "suspended" || quiet ? [resume(tenant)] : []),
    ...(desired === "present" ? [suspend(tenant)] : []),
    ...(isThere ? [rename(tenant)] : []),
    ...(isThere && otherBenches.length > 0 ? [upgrade(tenant, otherBenches)] : []),
    ...(tenant.undo_until === null ? [] : [undoRestore(tenant)]),
    tenant.pin === null ? pin(tenant) : unpin(tenant),
    change(tenant),
    remove(tenant),
  ];
}

const REASON: Field = {
  name: "reason",
  label: "Reason",
  kind: "text",
  help: "The history keeps it.",
};

/** A field that was left empty is left out. */
function given(values: Values, name: string): Record<string, string> {
  const value = values[name] ?? "";
  return value === "" ? {} : { [name]: value };
}

const retry = ({ id }: Tenant) =>
  defineAction({
    name: "Retry",
    consequence:
      "What was last asked for is tried again, from its beginning. What is done already is proved, not done twice.",
    request: (_, idempotencyKey, opts) => retryTenant(id, { idempotencyKey }, opts),
  });

const suspend = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Suspend",
    consequence: `Visitors of ${subdomain} see that it is suspended, and nobody can log in. Nothing is lost, and it can be resumed.`,
    request: (_, idempotencyKey, opts) => suspendTenant(id, { idempotencyKey }, opts),
  });

const resume = ({ id, quiet }: Tenant) =>
  defineAction({
    name: "Resume",
    consequence: quiet
      ? "The site sends mail again, and does by itself what it is scheduled to do."
      : "The site is open to visitors again.",
    request: (_, idempotencyKey, opts) => resumeTenant(id, { idempotencyKey }, opts),
  });

const loginLink = ({ id, email }: Tenant) =>
  defineAction({
    name: "Login link",
    consequence:
      "Makes a link by which whoever has it logs in once. You then see the customer's data.",
    fields: [
      {
        name: "email",
        label: "User of the site",
        kind: "email",
        help: `Left empty, the customer: ${email}`,
      },
      REASON,
    ],
    request: (values, idempotencyKey, opts) =>
      createLoginLink(
        id,
        { ...given(values, "email"), ...given(values, "reason") },
        { idempotencyKey },
        opts,
      ),
    show: ({ url }) => (
      <>
        <p>
          The link is shown this once. It works as soon as its operation has succeeded, some seconds
          from now.
        </p>
        <pre tabIndex={0} role="region" aria-label="Login link">
          {url}
        </pre>
        <CopyButton text={url} name="Copy the link" />
      </>
    ),
  });

const backUp = ({ id }: Tenant) =>
  defineAction({
    name: "Back up",
    consequence: "A backup is made of the site as it is now. Visitors notice nothing.",
    request: (_, idempotencyKey, opts) => createBackup(id, { idempotencyKey }, opts),
  });

const rename = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Rename",
    consequence: `The site gets another subdomain. Its visitors are led there from ${subdomain} for 30 days.`,
    fields: [
      {
        name: "subdomain",
        label: "New subdomain",
        kind: "text",
        isRequired: true,
        help: "3 to 30 letters a to z, digits or hyphens",
      },
    ],
    request: ({ subdomain: name = "" }, idempotencyKey, opts) =>
      renameTenant(id, { subdomain: name }, { idempotencyKey }, opts),
  });

const upgrade = ({ id, bench }: Tenant, others: readonly Bench[]) =>
  defineAction({
    name: "Upgrade",
    consequence: `The site is moved from ${bench} and migrated to the versions of the other bench. Visitors see that it is being updated meanwhile. If that fails, it is taken back to ${bench} by itself.`,
    fields: [
      {
        name: "bench",
        label: "To the bench",
        kind: "select",
        isRequired: true,
        options: others.map(({ name, state }) => ({ value: name, label: `${name} (${state})` })),
      },
      REASON,
    ],
    outlook: {
      ask: (values, opts) => upgradeTenant(id, upgradeBody(values), { validateOnly: true }, opts),
      tell: (outlook) => tellUpgrade(outlook as UpgradeOutlook),
    },
    request: (values, idempotencyKey, opts) =>
      upgradeTenant(id, upgradeBody(values), { idempotencyKey }, opts),
  });

function upgradeBody(values: Values) {
  return { bench: values["bench"] ?? "", ...given(values, "reason") };
}

/** What an upgrade would do, in sentences. */
export function tellUpgrade(outlook: UpgradeOutlook): string[] {
  const { apps, problems, is_backed_up, is_undo_lost } = outlook;
  const moves = apps.map(
    ({ name, from, to }) => `${name}: ${from ?? "not known"} → ${to ?? "not known"}`,
  );
  return [
    ...problems.map((problem) => `It would fail: ${problem}`),
    ...moves,
    is_backed_up ? "A backup is made before." : "No backup is made before.",
    ...(is_undo_lost ? ["The newest restore can not be taken back afterwards."] : []),
  ];
}

const undoRestore = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Take the restore back",
    consequence:
      "The site is again as it was before its newest restore. What its users have done since the restore is lost.",
    isDestructive: true,
    confirmation: subdomain,
    request: (_, idempotencyKey, opts) => undoRestoreOfTenant(id, { idempotencyKey }, opts),
  });

const pin = ({ id, bench }: Tenant) =>
  defineAction({
    name: "Pin",
    consequence: `Rollouts leave the site on ${bench} until it is unpinned.`,
    fields: [
      { ...REASON, isRequired: true },
      { name: "until", label: "Until", kind: "time", help: "Left empty, until it is unpinned." },
    ],
    request: ({ reason = "", until = "" }, idempotencyKey, opts) =>
      pinTenant(
        id,
        { reason, ...(until === "" ? {} : { until: toWholeSeconds(new Date(until)) }) },
        { idempotencyKey },
        opts,
      ),
  });

function toWholeSeconds(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}

const unpin = ({ id }: Tenant) =>
  defineAction({
    name: "Unpin",
    consequence: "Rollouts move the site again.",
    request: (_, idempotencyKey, opts) => unpinTenant(id, { idempotencyKey }, opts),
  });

const change = ({ id, organization, email, time_zone, canary }: Tenant) =>
  defineAction({
    name: "Change",
    consequence:
      "Changes what is known of the customer here. The site, and whoever logs in there, stay as they are.",
    fields: [
      { name: "organization", label: "Organization", kind: "text", initial: organization },
      { name: "email", label: "E-mail", kind: "email", initial: email },
      {
        name: "time_zone",
        label: "Time zone",
        kind: "text",
        initial: time_zone ?? "",
        help: "Such as Europe/Berlin: rollouts go by its nights.",
      },
      {
        name: "canary",
        label: "Canary: rollouts move it before others",
        kind: "checkbox",
        initial: canary ? "true" : "",
      },
    ],
    request: (values, _, opts) =>
      changeTenant(
        id,
        {
          organization: values["organization"],
          email: values["email"] ?? "",
          time_zone: (values["time_zone"] ?? "") === "" ? null : (values["time_zone"] ?? null),
          canary: values["canary"] === "true",
        },
        opts,
      ),
  });

const remove = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Delete",
    consequence: `${subdomain} is taken from the web, and nobody can log in. Where this service keeps deleted sites for some days, it can be taken back until then; else the site, its database and its files are gone.`,
    fields: [REASON],
    isDestructive: true,
    confirmation: subdomain,
    request: (values, idempotencyKey, opts) =>
      deleteTenant(id, { idempotencyKey, ...given(values, "reason") }, opts),
  });

const undelete = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Take the deletion back",
    consequence: `${subdomain} is on the web again, as it was.`,
    request: (_, idempotencyKey, opts) => undeleteTenant(id, { idempotencyKey }, opts),
  });

const purge = ({ id, subdomain }: Tenant) =>
  defineAction({
    name: "Delete for good",
    consequence: `The site of ${subdomain}, its database and its files are gone for good. Backups stay for as long as they are kept.`,
    fields: [{ ...REASON, isRequired: true }],
    isDestructive: true,
    confirmation: subdomain,
    request: ({ reason = "" }, idempotencyKey, opts) =>
      deleteTenant(id, { purge: true, reason, idempotencyKey }, opts),
  });
