"""Shows what a command says while it says it, without passwords, and keeps its last words.

usage: COMMAND 2>&1 | relay.py WORDS

The last words, for a reader who sees nothing else, are the last line that is neither empty nor a
progress bar. Of what a terminal would write over itself only the last state is shown.
"""

import os
import re
import sys

PASSWORDS = [os.environ.get(name) for name in ("DB_PASSWORD", "ADMIN_PASSWORD", "DB_ROOT_PASSWORD", "BACKUP_KEY")]
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
PROGRESS_BAR = re.compile(r"\[[=#>. -]*\]\s*\d+%")
MAX_LINE_BYTES = 65536

last_words = ""


def show(line):
    global last_words
    text = line.decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2]
    for password in filter(None, PASSWORDS):
        text = text.replace(password, "***")
    text = CONTROLS.sub("", text).rstrip()
    print(text, flush=True)
    # What tar says at its end only tells that there were errors before.
    if text and not PROGRESS_BAR.search(text) and not text.startswith("tar: Exiting with failure status"):
        last_words = text.strip()


while line := sys.stdin.buffer.readline(MAX_LINE_BYTES):
    show(line.removesuffix(b"\n"))
with open(sys.argv[1], "w", encoding="utf-8") as words:
    words.write(last_words[:1000] + "\n")
