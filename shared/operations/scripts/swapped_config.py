"""Prints the configuration that a site has with another database: what is in BASE, but how the site is reached, and how it
reaches its database, as it is now.

usage: swapped_config.py BASE PRESENT DATABASE
"""

import json
import sys

# What a rename, a custom domain, a suspension or a move of the server has changed since.
AS_NOW = ("host_name", "domains", "db_host", "db_port", "db_socket", "db_password", "maintenance_mode")


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
    print(json.dumps(config))


main(*sys.argv[1:])
