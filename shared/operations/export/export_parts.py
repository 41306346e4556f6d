"""Makes what `bench backup --with-files` would of a part of a backup, and stores it in the bucket.

usage: database BUNDLE   database.sql.gz, of a dump
       files BUNDLE      files.tar and private-files.tar, of the archive of both
       config BUNDLE     site_config_backup.json, of a site's configuration
       bundle BUNDLE     bundle.json, which names them, and prints how many bytes they have

All but the last read the part, and add a line to the file BUNDLE for each object. Each is stored in pieces while it is made, so that
its size costs neither memory nor disk, and the server puts the pieces together, which stay. So whoever may make and read
objects, but neither replace nor delete one, can make it; and a request that had no clear answer is made again as every other
one is. None of them has a time of its own: a rule of the bucket deletes all exports a day after they are made.
"""

import json
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor

# How large the pieces are: smaller only in a test, which has no gigabytes.
BUNDLE_PIECE_BYTES = int(environment.get("BUNDLE_PIECE_BYTES") or OBJECT_BYTES)
# The server puts so many objects together at once.
MAX_SOURCES = 32
# By folder of a site.
ARCHIVES = {"public": "files.tar", "private": "private-files.tar"}
# How a site reaches what it shares with others: nobody else needs it, and its password is in use.
OURS = ("db_", "redis_")

folder = f"exports/{environment['TENANT_ID']}/{environment['BACKUP_ID']}/{environment['GENERATION']}.{environment['ATTEMPT']}"
# Another Pod of the attempt has names of its own.
objects = f"{folder}/{environment['POD_UID']}"


class Sink:
    """An object of the bundle: one piece is sent while the next one is filled."""

    def __init__(self, name, content_type):
        self.name, self.content_type = name, content_type
        self.bucket, self.sender = Bucket(), ThreadPoolExecutor(1)
        self.piece, self.pieces, self.sent = bytearray(), [], None
        self.bytes = 0

    def write(self, content):
        self.bytes += len(content)
        self.piece += content
        while len(self.piece) >= BUNDLE_PIECE_BYTES:
            self.send(bytes(self.piece[:BUNDLE_PIECE_BYTES]))
            del self.piece[:BUNDLE_PIECE_BYTES]

    def send(self, piece):
        self.wait()
        name = f"{objects}/pieces/{self.name}.{len(self.pieces):05}"
        self.pieces.append(name)
        self.sent = self.sender.submit(self.store, name, piece)

    def store(self, name, content):
        if not self.bucket.create(name, content, None):
            sys.exit(f"there is another object {name}")

    def wait(self):
        if self.sent is not None:
            self.sent.result()
        self.sent = None

    def close(self):
        """The object as the bundle names it."""
        if self.piece or not self.pieces:
            self.send(bytes(self.piece))
        self.wait()
        self.sender.shutdown()
        name = self.put_together()
        return {"name": self.name, "object": name, "bytes": self.bytes}

    def put_together(self):
        left, level = self.pieces, 0
        while len(left) > MAX_SOURCES:
            level += 1
            groups = [left[first : first + MAX_SOURCES] for first in range(0, len(left), MAX_SOURCES)]
            names = [f"{objects}/pieces/{self.name}.{level}.{number:05}" for number in range(len(groups))]
            for name, sources in zip(names, groups):
                self.bucket.compose(name, sources, self.content_type)
            left = names
        name = f"{objects}/{self.name}"
        if (size := self.bucket.compose(name, left, self.content_type)) != self.bytes:
            sys.exit(f"the bucket has put {size} bytes together as {name}, and not {self.bytes}")
        return name


def export_database():
    sink = Sink("database.sql.gz", "application/gzip")
    for piece in gzip_compressed(iter(lambda: sys.stdin.buffer.read(READ_BYTES), b"")):
        sink.write(piece)
    return [sink.close()]


def named_as_by_bench(member):
    """As in the archives of `bench backup`, whose names begin in the bench's directory of sites."""
    place = member.name.split("/")[0]
    if member.islnk() and member.linkname.split("/")[0] != place:
        sys.exit(f"{member.name} is the same file as {member.linkname}, which is in another archive")
    member.name = f"./{environment['SITE']}/{member.name}"
    if member.islnk():
        member.linkname = f"./{environment['SITE']}/{member.linkname}"
    return place


def export_files():
    sinks = {place: Sink(name, "application/x-tar") for place, name in ARCHIVES.items()}
    archives = {place: tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) for place, sink in sinks.items()}
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|", bufsize=READ_BYTES) as backed_up:
        while (member := backed_up.next()) is not None:
            content = backed_up.extractfile(member) if member.isreg() else None
            archive = archives[named_as_by_bench(member)]
            archive.addfile(member, content)
            # It would remember every file that there is.
            backed_up.members.clear()
            archive.members.clear()
    # To the end, so that the sum of the whole part is looked at.
    while sys.stdin.buffer.read(READ_BYTES):
        pass
    for archive in archives.values():
        archive.close()
    return [sink.close() for sink in sinks.values()]


def export_config():
    config = json.load(sys.stdin)
    kept = {key: value for key, value in config.items() if not key.startswith(OURS)}
    sink = Sink("site_config_backup.json", "application/json")
    sink.write(json.dumps(kept, indent=1, sort_keys=True).encode())
    return [sink.close()]


def store_bundle(path):
    with open(path, encoding="utf-8") as lines:
        files = [json.loads(line) for line in lines]
    text = json.dumps({"files": files}, indent=1).encode()
    # Where there is one, another Pod of this attempt was as far.
    Bucket().create(f"{folder}/bundle.json", text, None, "application/json")
    print(sum(file["bytes"] for file in files))


def export(make, path):
    made = make()
    with open(path, "a", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(file)}\n" for file in made)
    for file in made:
        print(f"{file['name']}: {file['bytes']} bytes")


def main(command, path):
    made = {"database": export_database, "files": export_files, "config": export_config}
    try:
        if command == "bundle":
            store_bundle(path)
        else:
            export(made[command], path)
    except Refused as refused:
        sys.exit(str(refused))


main(*sys.argv[1:])
