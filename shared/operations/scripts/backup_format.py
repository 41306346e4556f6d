"""How a backup lies in its bucket, and how what is in it is encrypted: docs/adr/0038-backups-are-ours.md. Whoever uses it stands
behind it in the same text, and the bucket before it.
"""

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import subprocess

# The first one had no `compression` in its parts, which were all compressed by gzip.
FORMAT = 2
READ_BYTES = 256 * 1024
# What Linux lets anybody have (`man 7 pipe`), and the number by which it is asked for, which Python names from 3.10 on.
PIPE_BYTES = 1024 * 1024
F_SETPIPE_SZ = 1031
# The key is random, so that more rounds would not make it harder to guess.
ENCRYPT = ("openssl", "enc", "-bufsize", "65536", "-aes-256-ctr", "-md", "sha256", "-pbkdf2", "-iter", "10000", "-pass", "env:BACKUP_KEY")

environment = os.environ
# How large the objects of a part are: smaller only in a test, which has no gigabytes.
OBJECT_BYTES = int(environment.get("BACKUP_OBJECT_BYTES") or 16 * 1024 * 1024)
# A copy is made of another tenant's.
owner = environment.get("BACKUP_TENANT") or environment["TENANT_ID"]
backup = f"tenants/{owner}/{environment['BACKUP_ID']}"
manifest_name = f"{backup}/manifest.json"


def start(command, **pipes):
    """Starts a program. More lies in its pipes than usual, so that neither end waits for the other one at each piece. Where that is
    refused, they work as they are.
    """
    process = subprocess.Popen(command, **pipes)
    for pipe in filter(None, (process.stdin, process.stdout)):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
    return process


def code_of(manifest):
    """What only the tenant's key can make of a manifest without its own code."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(bytes.fromhex(environment["BACKUP_KEY"]), text, hashlib.sha256).hexdigest()


def parse_manifest(text):
    """The manifest without its code; None where that is not one that the tenant's key has made."""
    try:
        manifest = json.loads(text)
        is_ours = hmac.compare_digest(manifest.pop("hmac_sha256"), code_of(manifest))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if is_ours else None
