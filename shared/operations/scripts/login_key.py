"""Gives a user of a site the key of a login link, as a mail for a forgotten password would.

usage: env/bin/python login_key.py SITE KEY_HASH USER...

KEY_HASH is the SHA-256 of the key in hex. The key goes to the first of the users that is there and enabled;
where none is, nothing is changed and the exit code is 44. The time is in the site's own time zone, as Frappe
compares it.
"""

import os
import sys

import frappe
from frappe.utils import now_datetime

NO_SUCH_USER = 44


def find(users):
    for user in filter(None, users):
        name = frappe.db.get_value("User", {"name": user, "enabled": 1}, "name")
        if name:
            return name
    return sys.exit(NO_SUCH_USER)


def main(site, key_hash, *users):
    os.chdir("sites")
    frappe.init(site, sites_path=".")
    frappe.connect()
    user = find(users)
    key = {"reset_password_key": key_hash, "last_reset_password_key_generated_on": now_datetime()}
    frappe.db.set_value("User", user, key, update_modified=False)
    frappe.db.commit()
    if frappe.db.get_value("User", user, list(key)) != tuple(key.values()):
        sys.exit("the site has another key than it was given")
    frappe.destroy()
    print("the user has the key of the login link", flush=True)


main(*sys.argv[1:])
