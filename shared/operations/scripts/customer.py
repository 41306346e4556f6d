"""Sets up the customer of a site: their user, who may do everything, Administrator's password, and the scheduler.

usage: env/bin/python customer.py SITE

What is set comes as environment: TENANT_EMAIL, TENANT_FIRST_NAME, TENANT_LAST_NAME, ADMIN_PASSWORD. All of it goes into
the database at once, and may be done again.
"""

import os
import sys

import frappe
from frappe.utils.password import update_password
from frappe.utils.scheduler import enable_scheduler


def set_up_user(email, first_name, last_name):
    """As `bench add-user` does, but saved once. Frappe writes the names of users in lower case."""
    name = email.lower()
    is_there = frappe.db.exists("User", name)
    user = frappe.get_doc("User", name) if is_there else frappe.new_doc("User")
    user.update(
        {
            "email": email,
            "first_name": first_name or email,
            "last_name": last_name or None,
            "enabled": 1,
            "user_type": "System User",
            "send_welcome_email": 0,
        }
    )
    user.append_roles("System Manager")
    user.save()


def main(site):
    os.chdir("sites")
    frappe.init(site, sites_path=".")
    frappe.connect()
    set_up_user(*(os.environ[f"TENANT_{name}"] for name in ("EMAIL", "FIRST_NAME", "LAST_NAME")))
    update_password("Administrator", os.environ["ADMIN_PASSWORD"])
    enable_scheduler()
    frappe.db.commit()
    frappe.destroy()
    print("the site has its customer", flush=True)


main(*sys.argv[1:])
