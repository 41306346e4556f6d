/**
 * A tenant's custom domains, with what their owner has to set in the DNS.
 *
 * @module
 */
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { defineAction } from "../../actions/action.ts";
import { addDomain, listDomains, removeDomain } from "../../client/api-client.ts";
import type { Domain, Tenant } from "../../client/api-client.ts";
import { periodWhile, useRead } from "../../client/queries.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { Empty, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";

export function Domains({ tenant }: { tenant: Tenant }) {
  const { id, subdomain, status } = tenant;
  const read = useRead(["tenant", id, "domains"], (opts) => listDomains(id, opts), {
    every: (list) => periodWhile(list?.domains.some(({ state }) => state === "issuing") === true),
    isNeeded: status !== "deleted",
  });
  if (status === "deleted") return null;
  return (
    <section aria-label="Domains">
      <h2>Domains</h2>
      <Read of={read} what="its domains">
        {({ domains }) =>
          domains.length === 0 ? (
            <Empty>It has no domain of its own: it is at its subdomain alone.</Empty>
          ) : (
            <ul class="plain">
              {domains.map((domain) => (
                <DomainEntry key={domain.domain} domain={domain} />
              ))}
            </ul>
          )
        }
      </Read>
      {tenant.desired === "present" && <ActionButtons actions={[add(id)]} subject={subdomain} />}
    </section>
  );
}

function DomainEntry({ domain }: { domain: Domain }) {
  const { unicode, state, main, removing, message, records, checked_at, next_check_at } = domain;
  return (
    <li>
      <h3>
        <bdi>{unicode}</bdi> <Status of={removing ? "being removed" : state} />
        {main && <span class="soft"> main address</span>}
      </h3>
      {message !== null && <p>{message}</p>}
      <p class="soft">
        {checked_at !== null && (
          <>
            Its DNS was looked at <Time at={checked_at} isDistance />.{" "}
          </>
        )}
        {next_check_at !== null && (
          <>
            Next <Time at={next_check_at} isDistance />.
          </>
        )}
      </p>
      {records.length > 0 && state !== "active" && (
        <div class="table">
          <table class="cards">
            <caption>To be set in its DNS, and left there</caption>
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col">Name</th>
                <th scope="col">Type</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {records.map(({ purpose, name, type, value }) => (
                <tr key={`${purpose} ${name} ${type} ${value}`}>
                  <td data-name="For">{purpose}</td>
                  <td data-name="Name">
                    <code>{name}</code>
                  </td>
                  <td data-name="Type">{type}</td>
                  <td data-name="Value">
                    <code>{value}</code> <CopyButton text={value} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!removing && <ActionButtons actions={[remove(domain)]} subject={unicode} isSmall />}
    </li>
  );
}

const add = (id: string) =>
  defineAction({
    name: "Add a domain",
    consequence:
      "The site is also at this domain, as soon as its owner has set in the DNS what is shown then.",
    fields: [
      {
        name: "domain",
        label: "Domain",
        kind: "text",
        isRequired: true,
        help: "Such as shop.example.com",
      },
    ],
    request: ({ domain = "" }, idempotencyKey, opts) =>
      addDomain(id, { domain }, { idempotencyKey }, opts),
  });

const remove = ({ tenant_id, domain, unicode }: Domain) =>
  defineAction({
    name: "Remove",
    consequence: `The site is at ${unicode} no longer, and its certificate is deleted.`,
    isDestructive: true,
    confirmation: domain,
    request: (_, idempotencyKey, opts) => removeDomain(tenant_id, domain, { idempotencyKey }, opts),
  });
