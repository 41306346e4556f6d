"""What the site scripts use of Frappe, on the sites of the fake bench.

A site's users stand in its users.txt, what is set of them in its user_fields.json, and whether its scheduler runs in its
scheduler.txt. As in Frappe, nothing is written before a commit.
"""

import datetime
import json
import os
import re
import subprocess

local = {}


class IncorrectSitePath(Exception):
    """There is no such site."""


class InvalidEmailAddressError(Exception):
    """Frappe takes no such address."""


class CharacterLengthExceededError(Exception):
    """A field has no room for the text."""


# What an address must begin with, as Frappe has it.
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{LABEL}", re.IGNORECASE)


class User:
    """A document of the doctype User."""

    def __init__(self, name=None):
        self.name = name
        self.fields = {}

    def update(self, fields):
        self.fields.update(fields)

    def save(self):
        email = self.fields["email"]
        if not ADDRESS.match(email) or re.search(r"[\s<>]", email):
            raise InvalidEmailAddressError(f"{email} is not a valid Email Address")
        if len(email) > 140:
            raise CharacterLengthExceededError(f"{email} is too long")
        db.sql("SELECT 1")
        self.name = email.lower()
        db.saved[self.name] = self

    def append_roles(self, role):
        self.fields["role"] = role

    def line(self):
        """As it stands in users.txt."""
        fields = self.fields
        names = [name for name in (fields["first_name"], fields["last_name"]) if name]
        named = "".join(f" {name}" for name in names if name != fields["email"])
        return f"{self.name} ({fields['user_type']}, {fields['role']}){named}\n"


def new_doc(doctype):
    assert doctype == "User"
    return User()


def get_doc(doctype, name):
    assert doctype == "User" and db.exists(doctype, name)
    return User(name)


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


def replace(name, text):
    path = os.path.join(local["site"], name)
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


class Database:
    """As Frappe's, which logs in at the first query and not before."""

    def __init__(self):
        self.changes = {}
        self.saved = {}
        self.is_scheduler_enabled = False

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

    def exists(self, doctype, name):
        return self.get_value(doctype, name, "name")

    def set_fields(self, name, fields):
        self.changes.setdefault(name, {}).update(fields)

    def set_value(self, doctype, name, fields, update_modified=True):
        assert doctype == "User" and not update_modified
        if name in self.users():
            texts = {key: to_text(value) for key, value in fields.items()}
            self.set_fields(name, texts)

    def commit(self):
        fields = read_fields()
        for name, changes in self.changes.items():
            fields.setdefault(name, {}).update(changes)
        replace("user_fields.json", json.dumps(fields, indent=1, sort_keys=True))
        if self.saved:
            with open(os.path.join(local["site"], "users.txt"), encoding="utf-8") as file:
                others = [line for line in file if line.split(" (")[0] not in self.saved]
            replace("users.txt", "".join([*others, *(user.line() for user in self.saved.values())]))
        if self.is_scheduler_enabled:
            replace("scheduler.txt", "1\n")
        self.__init__()

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
