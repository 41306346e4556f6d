"""Shows what a command says while it says it, without passwords, and keeps its last words.

usage: COMMAND 2>&1 | relay.py WORDS

The last words, for a reader who sees nothing else, are the last line that is neither empty nor a
progress bar. Where it only repeats what an exception said before, as version 16's does, the exception's name comes with it. Of
what a terminal would write over itself only the last state is shown.
"""

import os
import re
import sys

PASSWORDS = [os.environ.get(name) for name in ("DB_PASSWORD", "ADMIN_PASSWORD", "DB_ROOT_PASSWORD", "BACKUP_KEY")]
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
PROGRESS_BAR = re.compile(r"\[[=#>. -]*\]\s*\d+%")
MAX_LINE_BYTES = 65536

last_words = ""
is_in_traceback = False
raised = ""


def look_for_exception(text):
    """Between a traceback's first line and the exception, all of it is indented."""
    global is_in_traceback, raised
    if text == "Traceback (most recent call last):":
        is_in_traceback = True
    elif is_in_traceback and text and not text.startswith(" "):
        is_in_traceback = False
        raised = text


def show(line):
    global last_words
    text = line.decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2]
    for password in filter(None, PASSWORDS):
        text = text.replace(password, "***")
    text = CONTROLS.sub("", text).rstrip()
    print(text, flush=True)
    look_for_exception(text)
    # What tar says at its end only tells that there were errors before.
    if text and not PROGRESS_BAR.search(text) and not text.startswith("tar: Exiting with failure status"):
        last_words = text.strip()


while line := sys.stdin.buffer.readline(MAX_LINE_BYTES):
    show(line.removesuffix(b"\n"))
if raised.endswith(f": {last_words}"):
    last_words = raised
with open(sys.argv[1], "w", encoding="utf-8") as words:
    words.write(last_words[:1000] + "\n")
