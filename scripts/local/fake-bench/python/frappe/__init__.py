"""What the site scripts use of Frappe, on the sites of the fake bench."""

import json
import os
import subprocess

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


class Database:
    """As Frappe's, which logs in at the first query and not before."""

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
