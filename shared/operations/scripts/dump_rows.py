"""Whether all rows of a dump can be loaded again. Whoever uses it stands behind it in the same text."""

import re

TAIL_BYTES = 256
# What at most stands in a statement beside one row: the names of the table and its columns.
BESIDE_ROW_BYTES = 64 * 1024
# Whoever loads a statement has it in memory twice, and a site Job may use 2 GiB.
LOADABLE_BYTES = 512 * 1024 * 1024


class Rows:
    """Looks in a dump on its way for a row that could not be loaded into a server that takes so many bytes at once. A line is at
    most a row, and what is longer than some pieces is one, in a statement of its own.
    """

    def __init__(self, packet):
        self.most = min(packet, LOADABLE_BYTES)
        # How long the line is so far, and what stands where it begins.
        self.length, self.beginning = 0, b""

    def refusal(self, tail, piece):
        """Why nobody could load the dump, where the next piece shows it. Before the piece comes the tail."""
        end = piece.find(b"\n")
        self.length += len(piece) if end < 0 else end
        if self.length > self.most - BESIDE_ROW_BYTES:
            return self.reason()
        if end >= 0:
            begins = piece.rfind(b"\n") + 1
            self.length = len(piece) - begins
            before = (tail + piece[:begins]) if begins < TAIL_BYTES else piece[begins - TAIL_BYTES : begins]
            self.beginning = before + piece[begins : begins + TAIL_BYTES]
        return None

    def reason(self):
        named = re.findall(rb"INSERT INTO `((?:[^`]|``)+)`", self.beginning)
        table = f" of the table {named[-1].decode()}" if named else ""
        bound = f"the {self.most} bytes that can be loaded at once (max_allowed_packet)"
        return f"a row{table} could not be restored: in a dump it has more than {bound}"
