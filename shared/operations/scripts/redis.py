"""Looks at a bench's Redis servers, or removes from them what belongs to a site.

usage: redis.py [--sites=DIRECTORY] check
       redis.py [--sites=DIRECTORY] reach
       redis.py [--sites=DIRECTORY] forget DATABASE_NAME [SITE]
       redis.py [--sites=DIRECTORY] count SITE

The servers are `redis_cache` and `redis_queue` of DIRECTORY/common_site_config.json. Frappe names a cached
value DATABASE_NAME|KEY, and a background job SITE||ID (SITE::ID before version 16), of which RQ keeps
keys of its own and entries in its queues and registries. `count` prints how many of the site's jobs wait or are
worked on.
"""

import json
import re
import socket
import ssl
import sys
import time
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 10
# The exit status of `reach` where a server cannot be reached, and of nothing else (EX_UNAVAILABLE of sysexits.h).
OUT_OF_REACH = 69


def reach(parts):
    return socket.create_connection((parts.hostname, parts.port or 6379), TIMEOUT_SECONDS)


class Redis:
    """The few words of the protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/)
    that are needed here; the image's own client is not there for a script that may run no app's code."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.connection = reach(parts)
        if parts.scheme == "rediss":
            context = ssl.create_default_context()
            self.connection = context.wrap_socket(self.connection, server_hostname=parts.hostname)
        self.answers = self.connection.makefile("rb")
        if parts.password:
            user = [unquote(parts.username)] if parts.username else []
            self.call("AUTH", *user, unquote(parts.password))
        if database := parts.path.strip("/"):
            self.call("SELECT", database)

    def call(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        lines = [b"*%d" % len(words)]
        for word in words:
            lines += [b"$%d" % len(word), word]
        self.connection.sendall(b"\r\n".join(lines) + b"\r\n")
        return self.answer()

    def answer(self):
        line = self.answers.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("it closed the connection")
        kind, text = line[:1], line[1:-2]
        if kind == b"-":
            raise OSError(text.decode("utf-8", "replace"))
        if kind == b"$":
            return None if text == b"-1" else self.answers.read(int(text) + 2)[:-2]
        if kind == b"*":
            return [self.answer() for _ in range(int(text))]
        return int(text) if kind == b":" else text

    def keys(self, pattern):
        """All keys of that pattern. One that comes twice is as good as one that comes once."""
        cursor = b"0"
        while True:
            cursor, keys = self.call("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            yield from keys
            if cursor == b"0":
                return


def servers(sites):
    """What the bench's configuration names, by name and address."""
    path = f"{sites}/common_site_config.json"
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except FileNotFoundError:
        return {}
    except ValueError:
        sys.exit(f"{path} is damaged")
    return {name: config[name] for name in ("redis_cache", "redis_queue") if config.get(name)}


def jobs_of(site):
    """What the names of its jobs begin with. A site whose name only begins or ends like this one's has others."""
    return (f"{site}||".encode(), f"{site}::".encode())


def count(redis, site):
    """How many of its jobs are in a queue, or in the registry of those that a worker has."""
    own = jobs_of(site)
    found = 0
    for key in set(redis.keys("rq:queue:*")):
        if redis.call("TYPE", key) == b"list":
            found += sum(job.startswith(own) for job in redis.call("LRANGE", key, 0, -1))
    for key in set(redis.keys("rq:wip:*")):
        entries = redis.call("ZRANGE", key, 0, -1, "WITHSCORES")
        for job, ends in zip(entries[::2], entries[1::2]):
            # Until then its worker is to have said that it lives. Without an end the score is below 0.
            if job.startswith(own) and not 0 <= float(ends) < time.time():
                found += 1
    return found


def forget(redis, database, site):
    # A restore makes a database of this name with an r and a number behind it.
    own = re.compile(re.escape(database).encode() + rb"(r[0-9]+)?\|")
    for key in redis.keys(f"{database}*"):
        if own.match(key):
            redis.call("UNLINK", key)
    if site is None:
        return
    jobs = jobs_of(site)
    for key in redis.keys("rq:*"):
        # As in rq:job:SITE||ID.
        if key.split(b":", 2)[-1].startswith(jobs):
            redis.call("UNLINK", key)
            continue
        kind = redis.call("TYPE", key)
        if kind == b"list":
            entries, remove = redis.call("LRANGE", key, 0, -1), ("LREM", key, 0)
        elif kind == b"zset":
            entries, remove = redis.call("ZRANGE", key, 0, -1), ("ZREM", key)
        else:
            continue
        for entry in entries:
            if entry.startswith(jobs):
                redis.call(*remove, entry)


def main(command, *names, sites="sites"):
    found = 0
    for name, url in servers(sites).items():
        try:
            if command == "reach":
                reach(urlsplit(url)).close()
                continue
            redis = Redis(url)
            redis.call("PING")
            if command == "forget":
                forget(redis, names[0], names[1] if len(names) > 1 else None)
            elif command == "count" and name == "redis_queue":
                found = count(redis, *names)
        except (OSError, ValueError) as error:
            if command == "reach" and isinstance(error, OSError):
                sys.exit(OUT_OF_REACH)
            # Without what the address may hold beside it.
            address = urlsplit(url).hostname
            sys.exit(f"the Redis server {name} at {address} does not work: {error}")
    if command == "count":
        print(found)


arguments = sys.argv[1:]
given = {"sites": arguments.pop(0).partition("=")[2]} if arguments[0].startswith("--sites=") else {}
main(*arguments, **given)
