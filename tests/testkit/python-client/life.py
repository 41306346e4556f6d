"""A tenant's whole life by the client that openapi-generator makes, as somebody who knows only the document writes it.

usage: life.py CLIENT_DIRECTORY URL KEY
"""

import sys
import time

sys.path.insert(0, sys.argv[1])

from openapi_client import ApiClient, ChangeTenant, Configuration, CreateTenant, TenantsApi  # noqa: E402
from openapi_client.exceptions import ConflictException, NotFoundException  # noqa: E402

ORGANIZATION = "Müller & Söhne مدرسة"

configuration = Configuration(host=sys.argv[2], api_key={"ApiKey": sys.argv[3]})
tenants = TenantsApi(ApiClient(configuration))


def until(wanted, tenant_id):
    for _ in range(1200):
        status = tenants.read_tenant_status(tenant_id).status
        if status == wanted:
            return
        time.sleep(0.1)
    sys.exit(f"{tenant_id} is still {status}, not {wanted}")


def wanted(organization, subdomain="by-python"):
    return CreateTenant(organization=organization, subdomain=subdomain, email="office@acme.example")


created = tenants.create_tenant(wanted(ORGANIZATION))
until("active", created.id)
assert tenants.read_tenant(created.id).organization == ORGANIZATION
assert [tenant.id for tenant in tenants.list_tenants(status="active").tenants] == [created.id]
changed = tenants.change_tenant(created.id, ChangeTenant(organization="Müller"))
assert changed.organization == "Müller"
try:
    tenants.create_tenant(wanted("Other"))
    sys.exit("a subdomain was given twice")
except ConflictException:
    pass
for refused in ("<b>", " Acme", "a/b"):
    try:
        wanted(refused)
        sys.exit(f"the client takes {refused!r}")
    except ValueError:
        pass
tenants.suspend_tenant(created.id)
until("suspended", created.id)
tenants.delete_tenant(created.id, idempotency_key="by-python")
try:
    until("gone", created.id)
except NotFoundException:
    print("a whole life")
