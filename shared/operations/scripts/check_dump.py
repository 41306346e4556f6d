"""Whether a dump on the volume is whole, and can be loaded into a server that takes so many bytes at once. Says why not.

usage: check_dump.py FILE PACKET

A line of a dump is at most a row, and what is longer than some pieces is one, in a statement of its own.
"""

import gzip
import sys
import zlib

PIECE_BYTES = 1024 * 1024
TAIL_BYTES = 256
# What at most stands in a statement beside one row: the names of the table and its columns.
BESIDE_ROW_BYTES = 64 * 1024


def look_at(path):
    """The length of its longest line, and its end."""
    longest, length, tail = 0, 0, b""
    with gzip.open(path) as dump:
        while piece := dump.read(PIECE_BYTES):
            first, *others = piece.split(b"\n")
            longest = max(longest, length + len(first), *map(len, others))
            length = len(others[-1]) if others else length + len(first)
            tail = (tail + piece)[-TAIL_BYTES:]
    return longest, tail


def main(path, packet):
    try:
        longest, tail = look_at(path)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        longest, tail = 0, b""
    if b"\n-- Dump completed" not in tail:
        sys.exit("the dump of the database is not whole")
    if longest > int(packet) - BESIDE_ROW_BYTES:
        sys.exit(f"the database has a row that could not be loaded again: {longest} bytes, of which the server takes {packet} at once (max_allowed_packet)")


main(*sys.argv[1:])
