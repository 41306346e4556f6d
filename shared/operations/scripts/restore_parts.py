"""Reads a backup out of its bucket: the manifest, and its parts on their way into a command.

usage: manifest FILE                    checks the manifest, and keeps it in FILE
       field FILE database|apps|tables  prints what it says of that, one a line
       versions FILE                    prints each app and its version with a tab between, where that is known
       counting FILE DATABASE           prints the statements that count the tables of which it says how many rows there are
       compare FILE TABLES COUNTS       compares the names in TABLES, in hex, and what those statements gave, with it
       apps FILE INSTALLED              compares the apps in INSTALLED, a list as Frappe keeps it or nothing, with it
       config FILE CONFIG               tries the configuration in CONFIG, and the key in it
       part FILE NAME [--rename OLD NEW | --without-names OLD] COMMAND...
                                        gives the command what was stored as NAME

Every object is held against its sum before anything of it is used, and what it was before against another one, so that a
part that is truncated, damaged or another tenant's changes nothing but what is being made. A part is read object by object,
so that its size costs neither memory nor disk. `--rename` puts another database's name into the few places of a dump
that have it, and `--without-names` leaves it out there, with whoever defined what.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

OLDEST_FORMAT = 1
DECRYPT = (ENCRYPT[0], ENCRYPT[1], "-d", *ENCRYPT[2:])


def check_manifest(file):
    text = Bucket().read(manifest_name)
    if text is None:
        sys.exit(f"there is no backup {environment['BACKUP_ID']}: it has no manifest that can be read")
    manifest = parse_manifest(text)
    if manifest is None:
        sys.exit(f"the manifest {manifest_name} is not one that the tenant's key has made")
    if manifest.get("format") not in range(OLDEST_FORMAT, FORMAT + 1):
        sys.exit(f"the backup is of the format {manifest.get('format')}, and this version knows {OLDEST_FORMAT} to {FORMAT}")
    if (manifest["tenant"], manifest["backup"]) != (owner, environment["BACKUP_ID"]):
        sys.exit(f"the manifest {manifest_name} is of another backup")
    with open(file, "w", encoding="utf-8") as kept:
        json.dump(manifest, kept)


def read_manifest(file):
    with open(file, encoding="utf-8") as kept:
        return json.load(kept)


def print_field(file, name):
    value = read_manifest(file)[name]
    for each in [value] if isinstance(value, str) else value:
        print(each)


def print_versions(file):
    for name, version in read_manifest(file)["apps"].items():
        print(name, version or "", sep="\t")


def hex_of(name):
    return name.encode().hex().upper()


def print_counting(file, database):
    for name, table in read_manifest(file)["tables"].items():
        if "rows" in table:
            quoted = name.replace("`", "``")
            print(f"SELECT '{hex_of(name)}', 'rows', COUNT(*) FROM `{database}`.`{quoted}`;")


def compare(file, tables, counts):
    wanted = read_manifest(file)["tables"]
    with open(tables, encoding="utf-8") as names:
        found = {bytes.fromhex(line.split("\t")[0]).decode() for line in names.read().splitlines()}
    if missing := sorted(set(wanted) - found):
        sys.exit(f"of the backup's tables {len(missing)} are missing, such as {missing[0]}")
    if more := sorted(found - set(wanted)):
        sys.exit(f"there are {len(more)} tables more than in the backup, such as {more[0]}")
    with open(counts, encoding="utf-8") as lines:
        counted = {name: int(count) for name, _, count in (line.split("\t") for line in lines.read().splitlines())}
    for name, table in wanted.items():
        if "rows" in table and counted.get(hex_of(name)) != table["rows"]:
            sys.exit(f"the table {name} has {counted.get(hex_of(name))} rows, and the backup {table['rows']}")
    print(f"{len(found)} tables are as in the backup, and the rows of {len(counted)} of them")


def compare_apps(file, installed):
    with open(installed, encoding="utf-8") as told:
        text = told.read()
    wanted = read_manifest(file)["apps"]
    # A backup of what told nothing has it from the bench.
    found = json.loads(text) if text.strip() else list(wanted)
    if missing := sorted(set(wanted) - set(found)):
        sys.exit(f"the app {missing[0]} is not installed on what the backup holds")
    print("installed apps:", ", ".join(found))


def try_config(file, path):
    """What a site needs of it. Never prints it."""
    try:
        with open(path, encoding="utf-8") as stored:
            config = json.load(stored)
        name, key = config["db_name"], config.get("encryption_key")
    except (ValueError, KeyError, TypeError, AttributeError):
        sys.exit("the configuration in the backup is none of a site")
    if name != read_manifest(file)["database"]:
        sys.exit(f"the configuration in the backup is of the database {name}")
    if key is None:
        print("the configuration is whole, and has no key")
        return
    try:
        # As Fernet takes it.
        length = len(base64.b64decode(key, altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        length = None
    if length != 32:
        sys.exit("the key in the backup's configuration is none")
    print("the configuration and its key are whole")


# How the lines that define something begin, in a dump.
BEGINNING = rb"(?:  `|/\*!50|CREATE DEFINER=)"
DEFINING = re.compile(rb"^" + BEGINNING + rb".*", re.MULTILINE)
# Nearly all lines are rows, and what begins with a certain byte is searched for some ten times as fast.
DEFINING_LATER = re.compile(rb"\n" + BEGINNING)
LONGEST_BEGINNING = len(b"CREATE DEFINER=")
# Who has defined something, where that is said in such a line: without it, whoever loads it does.
DEFINER = re.compile(rb"^((?:CREATE |/\*!50\d+ (?:CREATE\*/ /\*!50\d+ )?))DEFINER=`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)? ?")


class Renaming:
    """A dump on its way, of which the lines that define something get another database's name.

    MariaDB writes a database's name into the default of a column that a sequence numbers; and the site's user, who is
    called the same, into what has a definer. Without a new name both are left out. Rows of a table are never changed: a
    line of them begins with an INSERT or a bracket, and holds no end of a line.
    """

    def __init__(self, old, new, sink):
        self.sink = sink
        self.is_nameless = new is None
        self.next_value = (f"nextval(`{old}`.".encode(), b"nextval(" if self.is_nameless else f"nextval(`{new}`.".encode())
        self.definer = (f"DEFINER=`{old}`@".encode(), f"DEFINER=`{new}`@".encode(), 1)
        # What has come of a line of which it is not known yet whether it defines something, or which does.
        self.rest = b""
        # Whether what comes next belongs to a line that does not.
        self.passes = False

    def write(self, piece):
        text = self.rest + piece
        if self.passes:
            end = text.find(b"\n") + 1
            self.passes = end == 0
            self.sink.write(text[:end] if end else text)
            text = text[end:] if end else b""
        end = text.rfind(b"\n") + 1
        self.sink.write(self.with_new_name(text[:end]))
        self.rest = text[end:]
        # A row may be a gigabyte.
        if len(self.rest) > LONGEST_BEGINNING and not DEFINING.match(self.rest):
            self.sink.write(self.rest)
            self.rest, self.passes = b"", True

    def with_new_name(self, lines):
        if DEFINING.match(lines) or DEFINING_LATER.search(lines):
            return DEFINING.sub(self.renamed, lines)
        return lines

    def renamed(self, line):
        if line[0].startswith(b" "):
            return line[0].replace(*self.next_value)
        return DEFINER.sub(rb"\1", line[0]) if self.is_nameless else line[0].replace(*self.definer)

    def close(self):
        self.sink.write(self.with_new_name(self.rest))
        self.sink.close()


def objects_of(part):
    """The content of its objects, each whole: the next one is fetched while one is used."""
    bucket = Bucket()

    def fetch(stored):
        content = bucket.read(stored["object"])
        if content is None:
            sys.exit(f"the object {stored['object']} is missing, or may not be read")
        if len(content) != stored["bytes"] or hashlib.sha256(content).hexdigest() != stored["sha256"]:
            sys.exit(f"the object {stored['object']} is damaged")
        return content

    with ThreadPoolExecutor(1) as fetcher:
        coming = None
        for stored in (*part["objects"], None):
            following = stored and fetcher.submit(fetch, stored)
            if coming is not None:
                content = coming.result()
                yield content
            coming = following


class Feeding(threading.Thread):
    """Gives the decryption what was stored, while its end is read."""

    def __init__(self, part, sink):
        super().__init__(daemon=True)
        self.part, self.sink = part, sink
        self.failure = None

    def run(self):
        try:
            for content in objects_of(self.part):
                self.sink.write(content)
        except (SystemExit, Refused) as why:
            self.failure = str(why)
        except OSError as error:
            self.failure = f"openssl does not decrypt {self.part['name']}: {error}"
        finally:
            try:
                self.sink.close()
            except OSError:
                # It has ended before its time, and that is told already.
                pass


def give_part(file, name, *arguments):
    part = next((each for each in read_manifest(file)["parts"] if each["name"] == name), None)
    if part is None:
        sys.exit(f"the backup has no part {name}")
    # In the first format there was no other one.
    compression = part.get("compression", "gzip")
    if (decompressed := decompression(compression)) is None:
        sys.exit(f"{name} is compressed by {compression}, which the image cannot read")
    renaming, command = None, list(arguments)
    if command[0] == "--rename":
        renaming = command[1:3]
        del command[:3]
    elif command[0] == "--without-names":
        renaming = (command[1], None)
        del command[:2]
    decryption = start(DECRYPT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    feeding = Feeding(part, decryption.stdin)
    feeding.start()
    target = start(command, stdin=subprocess.PIPE)
    sink = target.stdin if renaming is None else Renaming(*renaming, target.stdin)
    plain, length, damage, is_ended = hashlib.sha256(), 0, None, False
    try:
        for piece in decompressed(iter(lambda: decryption.stdout.read(READ_BYTES), b"")):
            plain.update(piece)
            length += len(piece)
            sink.write(piece)
        is_right = (length, plain.hexdigest()) == (part["plain_bytes"], part["plain_sha256"])
        damage = None if is_right else f"{name} is not what was backed up"
    except NotCompressed as error:
        damage = f"{name} cannot be decrypted by the tenant's key ({error})"
    except BrokenPipeError:
        # The command has ended before its time, and says itself why. What becomes of the rest is no reason then.
        is_ended = True
    decryption.stdout.close()
    feeding.join()
    if not is_ended:
        damage = feeding.failure or damage
    if damage is not None:
        target.kill()
        target.wait()
        sys.exit(damage)
    try:
        sink.close()
    except BrokenPipeError:
        is_ended = True
    if (status := target.wait()) != 0:
        sys.exit(status)
    if is_ended:
        sys.exit(f"{command[0]} has ended before the end of {name}")
    print(f"{name}: {length} bytes")


COMMANDS = {
    "manifest": check_manifest,
    "field": print_field,
    "versions": print_versions,
    "counting": print_counting,
    "compare": compare,
    "apps": compare_apps,
    "config": try_config,
    "part": give_part,
}


def main(command, *arguments):
    try:
        COMMANDS[command](*arguments)
    except Refused as refused:
        sys.exit(str(refused))


main(*sys.argv[1:])
