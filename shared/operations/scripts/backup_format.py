"""How a backup lies in its bucket, and how what is in it is encrypted: docs/adr/0038-backups-are-ours.md. Whoever uses it stands
behind it in the same text, and the bucket before it.
"""

import hashlib
import hmac
import json
import os

OBJECT_BYTES = 16 * 1024 * 1024
READ_BYTES = 256 * 1024
# What zlib calls gzip's own format.
GZIP_FORMAT = 31
# The key is random, so that more rounds would not make it harder to guess.
ENCRYPT = ("openssl", "enc", "-aes-256-ctr", "-md", "sha256", "-pbkdf2", "-iter", "10000", "-pass", "env:BACKUP_KEY")

environment = os.environ
# A copy is made of another tenant's.
owner = environment.get("BACKUP_TENANT") or environment["TENANT_ID"]
backup = f"tenants/{owner}/{environment['BACKUP_ID']}"
manifest_name = f"{backup}/manifest.json"


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
