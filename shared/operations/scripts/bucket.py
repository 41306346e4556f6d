"""A bucket of Cloud Storage, as far as backups need it: objects are made, each once, and read. Nothing is changed and
nothing deleted. Whoever uses it stands behind it in the same text.

Each object is whole in one request of the JSON API, which the server does or does not carry out. So an attempt that had
no clear answer is made again: if the first one came through, the second one finds the object, and compares its sum.

  BACKUP_BUCKET, BACKUP_ENDPOINT   where it is
  BUCKET_PATIENCE_SECONDS          how long it is tried again
  BUCKET_TIMEOUT_SECONDS           how long one answer may take
"""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import random
import ssl
import sys
import time
from urllib.parse import quote, urlsplit

# What passes, as Google says (https://cloud.google.com/storage/docs/retry-strategy).
PASSING = (408, 429, 500, 502, 503, 504)
MAX_PAUSE_SECONDS = 32
METADATA_HOST = "metadata.google.internal"
TOKEN_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"


class Refused(Exception):
    """An answer that no further request changes."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def seconds_of(name, default):
    return float(os.environ.get(name) or default)


def words_of(status, answer):
    """What an answer says for people: one short line."""
    try:
        said = json.loads(answer)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = answer[:200].decode("utf-8", "replace")
    return f"{status} {' '.join(str(said).split())[:300]}".strip()


class Bucket:
    def __init__(self):
        self.name = os.environ["BACKUP_BUCKET"]
        self.endpoint = urlsplit(os.environ["BACKUP_ENDPOINT"])
        self.patience = seconds_of("BUCKET_PATIENCE_SECONDS", 300)
        self.timeout = seconds_of("BUCKET_TIMEOUT_SECONDS", 20)
        self.connection = None
        self.token, self.token_ends = None, 0.0

    def create(self, name, content, expires_at, content_type="application/octet-stream"):
        """Makes the object. False where there is one of that name with another content."""
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        # A sum that differs is refused.
        about = {"name": name, "contentType": content_type, "md5Hash": md5}
        if expires_at is not None:
            # By this the bucket's lifecycle rule deletes it.
            about["customTime"] = expires_at
        head = f"--part\r\nContent-Type: application/json\r\n\r\n{json.dumps(about)}\r\n--part\r\nContent-Type: {content_type}\r\n\r\n"
        pieces = (head.encode(), content, b"\r\n--part--\r\n")
        path = f"/upload/storage/v1/b/{self.name}/o?uploadType=multipart&ifGenerationMatch=0&name={quote(name, safe='')}"
        try:
            self.call("POST", path, pieces, "multipart/related; boundary=part")
        except Refused as refused:
            # Who may not replace may be refused as such where there is an object.
            if refused.status not in (403, 412):
                raise
            found = self.find(name)
            if found is None:
                raise
            return found["md5Hash"] == md5
        return True

    def compose(self, name, sources, content_type):
        """Makes an object of others, which stay, and gives its size. One that is there already is taken as it is."""
        about = {"sourceObjects": [{"name": source} for source in sources], "destination": {"contentType": content_type}}
        path = f"{self.path_of(name)}/compose?ifGenerationMatch=0"
        try:
            made = json.loads(self.call("POST", path, (json.dumps(about).encode(),), "application/json"))
        except Refused as refused:
            # As above.
            if refused.status not in (403, 412):
                raise
            made = self.find(name)
            if made is None:
                raise
        return int(made["size"])

    def find(self, name):
        """What the server says of an object; None where there is none."""
        try:
            return json.loads(self.call("GET", self.path_of(name)))
        except Refused as refused:
            # Who may not list is not told that there is none.
            if refused.status in (403, 404):
                return None
            raise

    def read(self, name):
        """The object's content; None where there is none."""
        try:
            return self.call("GET", f"{self.path_of(name)}?alt=media")
        except Refused as refused:
            # As above.
            if refused.status in (403, 404):
                return None
            raise

    def path_of(self, name):
        return f"/storage/v1/b/{self.name}/o/{quote(name, safe='')}"

    def call(self, method, path, pieces=(), content_type=None):
        """An answer, after as many requests as it takes. One whose connection was cut is made again like one that failed."""
        give_up_at = time.monotonic() + self.patience
        pause = 1.0
        is_renewed = False
        while True:
            try:
                status, answer = self.request(method, path, pieces, content_type)
                why = words_of(status, answer)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                status, why = None, f"no answer ({str(error) or type(error).__name__})"
            if status is not None and 200 <= status < 300:
                return answer
            if status == 401 and self.token is not None and not is_renewed:
                self.token, is_renewed = None, True
                continue
            if status is not None and status not in PASSING:
                raise Refused(status, f"the bucket {self.name} refuses: {why}")
            pause = min(pause * 2, MAX_PAUSE_SECONDS)
            wait = pause * random.uniform(0.25, 0.5)
            if time.monotonic() + wait > give_up_at:
                sys.exit(f"the bucket {self.name} does not work: {why}")
            time.sleep(wait)

    def request(self, method, path, pieces, content_type):
        headers = {"Content-Length": str(sum(map(len, pieces)))}
        if content_type is not None:
            headers["Content-Type"] = content_type
        # Elsewhere than at Google nobody asks who it is.
        if self.endpoint.scheme == "https":
            headers["Authorization"] = f"Bearer {self.valid_token()}"
        connection = self.connected()
        # One that refuses may answer, and hang up, before it has read it all.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, iter(pieces), headers)
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        return response.status, answer

    def connected(self):
        if self.connection is None:
            host, port = self.endpoint.hostname, self.endpoint.port
            if self.endpoint.scheme == "https":
                context = ssl.create_default_context()
                self.connection = http.client.HTTPSConnection(host, port, timeout=self.timeout, context=context)
            else:
                self.connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
        return self.connection

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def valid_token(self):
        """Of the Pod's service account, by Workload Identity. One lasts an hour at most, and a backup may last longer."""
        if self.token is None or time.monotonic() > self.token_ends:
            connection = http.client.HTTPConnection(os.environ.get("GCE_METADATA_HOST") or METADATA_HOST, timeout=self.timeout)
            try:
                connection.request("GET", TOKEN_PATH, headers={"Metadata-Flavor": "Google"})
                response = connection.getresponse()
                answer = response.read()
            finally:
                connection.close()
            if response.status != 200:
                raise OSError(f"the metadata server gives no token: {words_of(response.status, answer)}")
            token = json.loads(answer)
            self.token, self.token_ends = token["access_token"], time.monotonic() + token["expires_in"] - 60
        return self.token
