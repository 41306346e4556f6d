/**
 * What callers may send, as JSON Schema. A field's description is also the sentence that a caller
 * reads when the field breaks it: "<field> must be <description>".
 *
 * @module
 */
import type { JSONSchemaType } from "ajv";

/** Names that no customer may have, since they are, or look like, the company's own. */
export const RESERVED_SUBDOMAINS: ReadonlySet<string> = new Set(
  (
    "www api app admin mail ftp demo test staging dev beta cdn static assets help support docs " +
    "status smtp control panel dashboard"
  ).split(" "),
);

export interface CreateTenant {
  organization: string;
  subdomain: string;
  email: string;
}

export const createTenantSchema: JSONSchemaType<CreateTenant> = {
  type: "object",
  additionalProperties: false,
  required: ["organization", "subdomain", "email"],
  properties: {
    organization: {
      type: "string",
      // Letters and marks of any script, digits, space and - . & ' , but not only signs.
      pattern: "^(?=.*[\\p{L}\\p{N}])(?! )[\\p{L}\\p{M}\\p{N} .&',-]{2,100}(?<! )$",
      description:
        "2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end",
    },
    subdomain: {
      type: "string",
      // A DNS label (RFC 1123), but not an internationalised one.
      pattern: "^(?!xn--)[a-z0-9]([a-z0-9-]{1,28})[a-z0-9]$",
      description: "3 to 30 letters a to z, digits or hyphens, with no hyphen at either end",
    },
    email: {
      type: "string",
      maxLength: 254,
      // As browsers check <input type=email>: https://html.spec.whatwg.org/#valid-e-mail-address
      pattern:
        "^[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@" +
        "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?" +
        "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
      description: "an e-mail address of 254 characters at most",
    },
  },
};
