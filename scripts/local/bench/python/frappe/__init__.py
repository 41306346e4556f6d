"""What the site scripts use of Frappe, on the sites of the stand-in bench."""

import json
import os
import subprocess

local = {}


def init(site, sites_path=".", **_):
    local["site"] = os.path.join(sites_path, site)
    with open(os.path.join(local["site"], "site_config.json"), encoding="utf-8") as file:
        local["conf"] = json.load(file)


def connect():
    conf = local["conf"]
    options = ["--no-defaults", "--protocol=tcp", f"--user={conf['db_name']}"]
    options += [f"--host={conf.get('db_host', 'mariadb')}", f"--port={conf.get('db_port', 3306)}"]
    client = subprocess.run(
        ["mariadb", *options, conf["db_name"]],
        input="SELECT 1;\n",
        text=True,
        capture_output=True,
        env={**os.environ, "MYSQL_PWD": conf["db_password"]},
        check=False,
    )
    if client.returncode != 0:
        raise ConnectionError(client.stderr.strip())


def get_installed_apps():
    with open(os.path.join(local["site"], "apps.txt"), encoding="utf-8") as file:
        return file.read().split()


def destroy():
    local.clear()
