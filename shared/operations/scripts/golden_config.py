"""A site's configuration for another site: without what is one site's own, or with that of a new one.

usage: golden_config.py keep SITE_CONFIG GOLDEN_CONFIG
       golden_config.py use GOLDEN_CONFIG SITE_CONFIG

The new site's database and its password come as environment: DB_HOST, DB_NAME, DB_PASSWORD, DB_PORT.
"""

import json
import os
import sys

OWN = ("db_name", "db_password", "db_user", "encryption_key")


def main(command, source, target):
    with open(source, encoding="utf-8") as file:
        config = json.load(file)
    if command == "keep":
        has_user = "db_user" in config
        config = {key: value for key, value in config.items() if key not in OWN}
        # Older versions take the user for granted.
        config["db_user"] = has_user
    else:
        has_user = config.pop("db_user")
        environment = os.environ
        config |= {"db_host": environment["DB_HOST"], "db_port": int(environment["DB_PORT"])}
        config |= {"db_name": environment["DB_NAME"], "db_password": environment["DB_PASSWORD"]}
        if has_user:
            config["db_user"] = environment["DB_NAME"]
    with open(target, "w", encoding="utf-8") as file:
        json.dump(config, file, indent=1, sort_keys=True)


main(*sys.argv[1:])
