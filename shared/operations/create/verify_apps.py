"""Proves that a site has its apps, by what the site itself says.

usage: env/bin/python verify_apps.py SITE APP...

`bench list-apps -f json` would not do: it reads a document that some versions fill only at the first
migration.
"""

import os
import sys

import frappe

site, *wanted = sys.argv[1:]
os.chdir("sites")
frappe.init(site, sites_path=".")
frappe.connect()
# Some versions connect only when they must, and what is asked next may come from Redis.
frappe.db.sql("SELECT 1")
installed = frappe.get_installed_apps()
frappe.destroy()
print("installed apps:", ", ".join(installed), flush=True)
for app in wanted:
    if app not in installed:
        sys.exit(f"the app {app} is not installed on {site}")
