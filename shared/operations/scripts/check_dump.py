"""Whether a dump on the volume is whole, and can be loaded into a server that takes so many bytes at once. Says why not.

usage: check_dump.py FILE PACKET
"""

import gzip
import sys
import zlib

READ_BYTES = 1024 * 1024


def pieces_of(path):
    try:
        with gzip.open(path) as dump:
            yield from iter(lambda: dump.read(READ_BYTES), b"")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        # Its end is missing, then.
        return


def main(path, packet):
    rows, tail = Rows(int(packet)), b"\n"
    for piece in pieces_of(path):
        if why := rows.refusal(tail, piece):
            sys.exit(why)
        tail = (tail + piece[-TAIL_BYTES:])[-TAIL_BYTES:]
    if b"\n-- Dump completed" not in tail:
        sys.exit("the dump of the database is not whole")


main(*sys.argv[1:])
