"""Changes keys of a site's site_config.json, all of them or none, and keeps a copy beside the site.

usage: site_config.py SITE_DIRECTORY COPY CLAIM [--from=FILE] [--make-encryption-key] [--as-in=FILE:KEY ...] [KEY=TEXT | KEY:=JSON ...]

bench opens this file, empties it, and then writes it: a full disk or a kill in between leaves nothing,
and with it the key that the site's passwords are encrypted with is gone. Here it is written beside
and renamed, under the very lock that Frappe takes (frappe.utils.synchronization.filelock). Where it is
found damaged, it is restored from the copy. `--make-encryption-key` makes one only where neither has one.
`--from` puts the whole of another file in its place. `--as-in` gives a key the value that it has in another file, or takes it away
where it has none there.
Nothing is changed where another operation has taken the CLAIM over: whoever does waits for the lock, so what it writes is
not overwritten.
"""

import base64
import contextlib
import fcntl
import json
import os
import sys
import time

LOCK_SECONDS = 30


def read(path):
    """The configuration in a file, or None where it is missing, empty or torn."""
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    return config if isinstance(config, dict) and config.get("db_name") else None


def write(path, config, mode):
    text = json.dumps(config, indent=1, sort_keys=True)
    beside = f"{path}.new"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        # There was no room for it, say: then half of it is in the way.
        with contextlib.suppress(FileNotFoundError):
            os.remove(beside)
        raise
    directory = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def take_lock(path):
    """Whoever holds the lock may remove its file when it lets go, so the file must still be there."""
    # Not what is above it: the site may have been dropped.
    with contextlib.suppress(FileExistsError):
        os.mkdir(os.path.dirname(path))
    give_up_at = time.monotonic() + LOCK_SECONDS
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.exists(path) and os.fstat(descriptor).st_ino == os.stat(path).st_ino:
                return
        except BlockingIOError:
            pass
        os.close(descriptor)
        if time.monotonic() > give_up_at:
            sys.exit(f"{path} has been held by another process for {LOCK_SECONDS} seconds")
        time.sleep(0.1)


def check_claim(claim):
    """As check_claim of owner.sh does: the server knows whether it is there, whatever this client believes."""
    try:
        os.rename(claim, f"{claim}.look")
        os.rename(f"{claim}.look", claim)
    except FileNotFoundError:
        sys.exit("another operation has taken over")


def new_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def main(site, copy, claim, *arguments):
    path = f"{site}/site_config.json"
    take_lock(f"{site}/locks/site_config.lock")
    check_claim(claim)
    for left in (f"{path}.new", f"{copy}.new"):
        # By somebody who was killed meanwhile.
        with contextlib.suppress(FileNotFoundError):
            os.remove(left)
    kept = read(copy)
    config = read(path)
    if config is None:
        if kept is None:
            sys.exit(f"{path} is damaged and has no whole copy: restore it from a backup")
        print(f"{path} was damaged and is restored from its copy")
        config = dict(kept)
    changed = dict(config)
    if kept is not None and kept["db_name"] == config["db_name"] and "encryption_key" in kept:
        changed.setdefault("encryption_key", kept["encryption_key"])
    for argument in arguments:
        if argument == "--make-encryption-key":
            changed.setdefault("encryption_key", new_key())
            continue
        key, _, value = argument.partition("=")
        if key == "--from":
            changed = read(value) or sys.exit(f"{value} is no configuration of a site")
            continue
        if key == "--as-in":
            file, _, key = value.rpartition(":")
            other = read(file) or sys.exit(f"{file} is no configuration of a site")
            changed.pop(key, None)
            if key in other:
                changed[key] = other[key]
            continue
        changed[key.removesuffix(":")] = json.loads(value) if key.endswith(":") else value
    # The copy first, so that a key which a site has ever used is in it.
    if changed != kept:
        write(copy, changed, 0o600)
    if changed != read(path):
        write(path, changed, os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644)


main(*sys.argv[1:])
