"""What the site scripts use of Frappe, on the sites of the fake bench.

A site's users stand in its users.txt, where bench writes them, and what is set of them in its user_fields.json.
"""

import datetime
import json
import os
import subprocess

from . import utils

local = {}


class IncorrectSitePath(Exception):
    """There is no such site."""


def init(site, sites_path=".", **_):
    path = os.path.join(sites_path, site)
    if not os.path.exists(os.path.join(path, "site_config.json")):
        raise IncorrectSitePath(f"404 Not Found: {site} does not exist.")
    with open(os.path.join(path, "site_config.json"), encoding="utf-8") as file:
        local.update(site=path, conf=json.load(file))


def connect():
    # Frappe logs into ../logs, whatever the path of the sites is.
    if not os.path.isdir("../sites"):
        raise FileNotFoundError(f"the working directory is not that of the sites: {os.getcwd()}")


def read_fields():
    """By user: the fields that were set."""
    try:
        with open(os.path.join(local["site"], "user_fields.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def to_text(value):
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else value


def from_text(name, value):
    return datetime.datetime.fromisoformat(value) if value and name.endswith("_on") else value


class Database:
    """As Frappe's, which logs in at the first query and not before."""

    def __init__(self):
        self.changes = {}

    def users(self):
        """By name, with the changes of this session."""
        self.sql("SELECT 1")
        with open(os.path.join(local["site"], "users.txt"), encoding="utf-8") as file:
            names = [line.split(" (")[0] for line in file if " (" in line]
        written = read_fields()
        return {
            name: {"name": name, "enabled": 1, **written.get(name, {}), **self.changes.get(name, {})}
            for name in names
        }

    def get_value(self, doctype, filters, fields):
        assert doctype == "User"
        wanted = filters if isinstance(filters, dict) else {"name": filters}
        # Its collation does not tell case.
        folded = {key: value.lower() if isinstance(value, str) else value for key, value in wanted.items()}
        for user in self.users().values():
            if all(user.get(key) == value for key, value in folded.items()):
                values = [from_text(name, user.get(name)) for name in ([fields] if isinstance(fields, str) else fields)]
                return values[0] if isinstance(fields, str) else tuple(values)
        return None

    def set_value(self, doctype, name, fields, update_modified=True):
        assert doctype == "User" and not update_modified
        if name in self.users():
            texts = {key: to_text(value) for key, value in fields.items()}
            self.changes.setdefault(name, {}).update(texts)

    def commit(self):
        fields = read_fields()
        for name, changes in self.changes.items():
            fields.setdefault(name, {}).update(changes)
        path = os.path.join(local["site"], "user_fields.json")
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(fields, file, indent=1, sort_keys=True)
        os.replace(f"{path}.new", path)
        self.changes = {}

    def sql(self, query):
        conf = local["conf"]
        options = ["--no-defaults", "--protocol=tcp", f"--user={conf['db_name']}"]
        options += [f"--host={conf['db_host']}", f"--port={conf['db_port']}"]
        client = subprocess.run(
            ["mariadb", *options, conf["db_name"]],
            input=f"{query};\n",
            text=True,
            capture_output=True,
            env={**os.environ, "MYSQL_PWD": conf["db_password"]},
            check=False,
            # What was handed down to this process is for those that it starts, too.
            close_fds=False,
        )
        if client.returncode != 0:
            raise ConnectionError(client.stderr.strip())


db = Database()


def get_installed_apps():
    with open(os.path.join(local["site"], "apps.txt"), encoding="utf-8") as file:
        return file.read().split()


def destroy():
    local.clear()
