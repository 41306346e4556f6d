"""Puts a site's backup into the bucket, part by part, and its manifest last.

usage: look                                 prints the bytes of the backup if it is there, whole
       part NAME PARTS [--ends TEXT] [--packet N] [--may-end N] COMMAND...
                                            stores what the command prints, and adds a line to the file PARTS. A dump has to
                                            end with that text, and be fit for a server that takes so many bytes at once
       manifest PARTS TABLES APPS MARIADB   stores the manifest, and prints the bytes of the backup

A part is compressed, encrypted, and stored in objects of at most 16 MiB while it is made, so that its size costs neither
memory nor disk. No object is ever replaced: each attempt has names of its own, and what a killed one has left is in no
manifest. The manifest names the objects of its attempt with their sums, and bears a code by the tenant's key over all
that it says. docs/adr/0038-backups-are-ours.md has its form.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from glob import glob

SENT_AT_ONCE = 2
SUFFIXES = {"zstd": "zst", "gzip": "gz"}

expires_at = environment["BACKUP_EXPIRES_AT"]
attempt = f"{backup}/{environment['GENERATION']}.{environment['ATTEMPT']}.{environment['POD_UID']}"


class Source(threading.Thread):
    """A command, and what it prints on its way, compressed, into the encryption."""

    def __init__(self, command, sink, rows):
        super().__init__(daemon=True)
        self.errors = tempfile.TemporaryFile()
        self.process = start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors)
        self.sink = sink
        self.rows, self.refusal = rows, None
        self.sum, self.bytes, self.tail = hashlib.sha256(), 0, b""
        self.compression, self.compressed = compress(self.printed())
        self.broken = None

    def printed(self):
        while piece := self.process.stdout.read(PIECE_BYTES):
            self.refusal = self.rows and self.rows.refusal(self.tail, piece)
            if self.refusal:
                self.process.kill()
                return
            self.sum.update(piece)
            self.bytes += len(piece)
            self.tail = (self.tail + piece[-TAIL_BYTES:])[-TAIL_BYTES:]
            yield piece

    def run(self):
        try:
            for piece in self.compressed:
                self.sink.write(piece)
            self.sink.close()
        except OSError as error:
            # The encryption has ended before its time, and says itself why.
            self.broken = error
            self.process.kill()

    def last_words(self):
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 4096))
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


def store_object(bucket, name, content):
    if not bucket.create(name, content, expires_at):
        sys.exit(f"there is another object {name}")
    return {"object": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def store_stream(name, stream):
    """Stores the objects of a part: some are sent while the next one is filled. The last one is smaller than the others."""
    objects, sent = [], deque()
    # Each is free again when its object is waited for.
    buckets = [Bucket() for _ in range(SENT_AT_ONCE)]
    with ThreadPoolExecutor(SENT_AT_ONCE) as senders:
        for number, piece in enumerate(iter(lambda: stream.read(OBJECT_BYTES), b"")):
            if len(sent) == SENT_AT_ONCE:
                objects.append(sent.popleft().result())
            bucket = buckets[number % SENT_AT_ONCE]
            sent.append(senders.submit(store_object, bucket, f"{attempt}/{name}.{number:05}", piece))
        objects.extend(each.result() for each in sent)
    return {"bytes": sum(each["bytes"] for each in objects), "objects": objects}


def store_part(name, parts, *arguments):
    options, command = {"--ends": "", "--packet": "", "--may-end": "0"}, list(arguments)
    while command[0] in options:
        options[command[0]] = command[1]
        del command[:2]
    encryption = start((*ENCRYPT, "-salt"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    rows = Rows(int(options["--packet"])) if options["--packet"] else None
    source = Source(command, encryption.stdin, rows)
    source.start()
    stored = store_stream(f"{name}.{SUFFIXES[source.compression]}.enc", encryption.stdout)
    source.join()
    status = source.process.wait()
    if encryption.wait() != 0 or source.broken is not None:
        sys.exit(f"openssl has not encrypted {name}: {source.broken or encryption.returncode}")
    if source.refusal:
        sys.exit(source.refusal)
    if status not in (0, int(options["--may-end"])):
        sys.exit(source.last_words() or f"{command[0]} has ended with {status}")
    if not source.tail.rstrip().endswith(options["--ends"].encode()):
        sys.exit(f"{command[0]} has ended before the end of {name}")
    if status != 0:
        print(f"{command[0]}: {source.last_words()}")
    part = {"name": name, "plain_bytes": source.bytes, "plain_sha256": source.sum.hexdigest()}
    part |= {"compression": source.compression, **stored}
    with open(parts, "a", encoding="utf-8") as file:
        file.write(json.dumps(part) + "\n")
    print(f"{name}: {source.bytes} bytes, stored as {stored['bytes']} in {len(stored['objects'])} objects")


def tables_in(path):
    """Of each table what was counted before and after the dump. Where that is the same, the dump has so many rows."""
    tables = {}
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            found = re.fullmatch(r"([0-9A-Fa-f]+)\t(\w+)\t(\d+)", line)
            # What was cut off by its time limit.
            if found is None:
                continue
            name, kind, count = found.groups()
            table = tables.setdefault(bytes.fromhex(name).decode(), {"rows_estimated": 0})
            if kind == "estimated":
                table["rows_estimated"] = int(count)
            elif kind == "before":
                table["before"] = int(count)
            elif table.get("before") == int(count):
                table["rows"] = int(count)
    for table in tables.values():
        table.pop("before", None)
    return tables


def versions_of(apps):
    """Of the apps that the site has, as far as the bench's own files tell."""
    with open(apps, encoding="utf-8") as file:
        try:
            installed = json.loads(file.read() or "null")
        except ValueError:
            installed = None
    versions = {}
    for path in sorted(glob("apps/*/*/__init__.py")):
        _, app, package, _ = path.split("/")
        if app != package or (installed is not None and app not in installed):
            continue
        with open(path, encoding="utf-8") as file:
            found = re.search(r"""^__version__\s*=\s*["']([^"']+)""", file.read(), re.MULTILINE)
        versions[app] = found[1] if found else None
    return {app: versions.get(app) for app in (installed if installed is not None else versions)}


def total(manifest):
    return sum(part["bytes"] for part in manifest["parts"])


def store_manifest(parts, tables, apps, mariadb):
    with open(parts, encoding="utf-8") as file:
        stored = [json.loads(line) for line in file]
    manifest = {
        "format": FORMAT,
        "backup": environment["BACKUP_ID"],
        "kind": environment["BACKUP_KIND"],
        "tenant": environment["TENANT_ID"],
        "site": environment["SITE"],
        "database": environment["DB_NAME"],
        "made_at": environment["MADE_AT"],
        "expires_at": expires_at,
        "image": environment["IMAGE"],
        "apps": versions_of(apps),
        "mariadb": mariadb,
        "tables": tables_in(tables),
        "parts": stored,
    }
    manifest["hmac_sha256"] = code_of(manifest)
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    if not Bucket().create(manifest_name, text, expires_at, "application/json"):
        # Of another Pod of this operation, which was as far.
        return look()
    print(total(manifest))


def look():
    text = Bucket().read(manifest_name)
    if text is None:
        return
    manifest = parse_manifest(text)
    if manifest is None:
        sys.exit(f"there is another manifest {manifest_name}, which the tenant's key has not made")
    print(total(manifest))


def main(command, *arguments):
    try:
        {"look": look, "part": store_part, "manifest": store_manifest}[command](*arguments)
    except Refused as refused:
        sys.exit(str(refused))


main(*sys.argv[1:])
