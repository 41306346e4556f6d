"""Makes a Secret of the cluster what a file says: apply_secret.py NAMESPACE NAME FILE VERSION KEY…

The file is a JSON object with exactly these keys. Beside them the Secret says which version it is of, so
that who waits for a new one knows it from the old. It is applied on the server's side, which makes the
Secret or changes it with one call and reads nothing. The Python standard library alone is used, for the
image has no kubectl. What is in the file is never printed.
"""

import base64
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

ACCOUNT = os.environ.get(
    "SERVICE_ACCOUNT_DIRECTORY", "/var/run/secrets/kubernetes.io/serviceaccount"
)


def read_payload(file, keys):
    try:
        with open(file, encoding="utf-8") as opened:
            payload = json.load(opened)
    except ValueError:
        # The error itself would quote the file.
        sys.exit(f"the secret is not JSON; it must be an object with {', '.join(keys)}")
    if not isinstance(payload, dict) or sorted(payload) != sorted(keys):
        sys.exit(f"the secret must be a JSON object with exactly {', '.join(keys)}")
    if not all(isinstance(value, (str, int)) and value != "" for value in payload.values()):
        sys.exit(f"each of {', '.join(keys)} must be a text or a number, and not empty")
    return payload


def to_secret(namespace, name, payload):
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "kairos"},
        },
        "type": "Opaque",
        "data": {
            key: base64.b64encode(str(value).encode()).decode()
            for key, value in payload.items()
        },
    }


def apply(namespace, name, secret):
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    port = os.environ["KUBERNETES_SERVICE_PORT"]
    with open(f"{ACCOUNT}/token", encoding="utf-8") as opened:
        token = opened.read().strip()
    path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
    request = urllib.request.Request(
        f"https://{host}:{port}{path}?fieldManager=kairos-secrets&force=true",
        method="PATCH",
        data=json.dumps(secret).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/apply-patch+yaml",
        },
    )
    context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        opener.open(request, timeout=60).close()
    except urllib.error.HTTPError as error:
        sys.exit(f"the cluster refused {name}: {error.code} {error.reason}")
    except OSError as error:
        sys.exit(f"the cluster was not reached for {name}: {error}")


def main():
    namespace, name, file, version, *keys = sys.argv[1:]
    payload = {**read_payload(file, keys), "version": version}
    apply(namespace, name, to_secret(namespace, name, payload))
    print(f"{name} is as in Secret Manager")


main()
