"""Writes the mail account into each bench's configuration: mail.py ACCOUNT VERSION CONFIGURATION…

ACCOUNT is a directory with a file for each setting, as a Secret is mounted, and with its version, which must
be VERSION: of a new account the old Secret may still be there, and then this Job tries again. All other settings stay as
they are. The file is made anew beside the old one and renamed, so nobody ever reads half of it.

Frappe logs in over TLS where `use_tls` says so, and sends the password in clear where nothing does: it is always
written, and a port on which this cannot be is refused.

If there is no file it is made, as the bench's own set-up does: the account is then there from the first
start on. That set-up writes the same file and knows no lock over several Pods, so afterwards it is looked
at for a while whether what was written is still there.
"""

import json
import os
import sys
import time

KEYS = ("mail_server", "mail_port", "mail_login", "mail_password", "auto_email_id")
# Begin TLS by STARTTLS before anything else is said, the login too.
ALWAYS = {"use_tls": 1}
REFUSED_PORTS = {
    25: "Google Cloud lets no mail out on it",
    465: "it wants TLS from the first byte on, which Frappe does for an Email Account that is kept in a site, and not by its configuration",
}
LOOKS = 4
PAUSE_SECONDS = float(os.environ.get("PAUSE_SECONDS", "5"))


def read_text(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8") as opened:
        return opened.read()


def read_account(directory, version):
    if read_text(directory, "version") != version:
        sys.exit(f"the Secret is not of {version} yet")
    account = {key: read_text(directory, key) for key in KEYS}
    account["mail_port"] = read_port(account["mail_port"])
    return {**account, **ALWAYS}


def read_port(text):
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:
        sys.exit("mail_port must be a number from 1 to 65535")
    port = int(text)
    if port in REFUSED_PORTS:
        sys.exit(
            f"mail_port cannot be {port}: {REFUSED_PORTS[port]}. "
            "Name the port on which the server takes STARTTLS, usually 587"
        )
    return port


def read_settings(file):
    """The settings, or None while somebody else is writing them."""
    try:
        with open(file, encoding="utf-8") as opened:
            settings = json.load(opened)
    except FileNotFoundError:
        return {}
    except ValueError:
        return None
    if not isinstance(settings, dict):
        sys.exit(f"{file} is not an object")
    return settings


def write_settings(file, settings):
    beside = f"{file}.kairos-mail"
    try:
        mode = os.stat(file).st_mode & 0o777
    except FileNotFoundError:
        mode = 0o644
    with open(beside, "w", encoding="utf-8") as opened:
        os.fchmod(opened.fileno(), mode)
        json.dump(settings, opened, indent=1, sort_keys=True)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(beside, file)


def keep(file, account):
    seen = 0
    for _ in range(10 * LOOKS):
        settings = read_settings(file)
        if settings is not None and account.items() <= settings.items():
            seen += 1
            if seen == LOOKS:
                print(f"{file} has the mail account")
                return
        elif settings is not None:
            seen = 0
            write_settings(file, {**settings, **account})
        time.sleep(PAUSE_SECONDS)
    sys.exit(f"{file} does not stay as it was written, or is not JSON")


def main():
    directory, version, *files = sys.argv[1:]
    account = read_account(directory, version)
    for file in files:
        keep(file, account)


main()
