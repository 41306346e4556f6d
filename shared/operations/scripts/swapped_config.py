"""Prints the configuration that a site has with another database: what is in BASE, but how the site is reached, and how it
reaches its database, as it is now.

usage: swapped_config.py BASE PRESENT DATABASE

With QUIET=yes in the environment it sends no mail and its scheduler rests; with QUIET=no that is as it was before.
"""

import json
import os
import sys

# What a rename, a custom domain, a suspension or a move of the server has changed since.
AS_NOW = ("host_name", "domains", "db_host", "db_port", "db_socket", "db_password", "maintenance_mode")

QUIET = {"mute_emails": 1, "pause_scheduler": 1}

# What those were before. Frappe does not know it.
BEFORE = "kairos_before_quiet"


def hush(config):
    config.setdefault(BEFORE, {key: config[key] for key in QUIET if key in config})
    config.update(QUIET)


def speak(config):
    if BEFORE not in config:
        return
    before = config.pop(BEFORE)
    for key in QUIET:
        config.pop(key, None)
        if key in before:
            config[key] = before[key]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(base, present, database):
    config, now = read(base), read(present)
    for key in AS_NOW:
        config.pop(key, None)
        if key in now:
            config[key] = now[key]
    config["db_name"] = database
    # Older versions of Frappe have none, and take the database's name.
    if "db_user" in config:
        config["db_user"] = database
    settle = {"yes": hush, "no": speak}.get(os.environ.get("QUIET"))
    if settle is not None:
        settle(config)
    print(json.dumps(config))


main(*sys.argv[1:])
