"""Waits until the visitors of a site get what they should.

usage: visit.py URL SITE HOST open|closed|gone SECONDS [PATH TIMES]

URL is the router, which finds the site by HOST, or the bench's web server, which is told the site's name. `open` is an
answer 200 of the site, `closed` one of 500 or above, `gone` a 410. Every process of a web server keeps a site's
configuration for a minute, so they may disagree: only many like answers one after another count, or TIMES of
what does not depend on it.
"""

import http.client
import sys
import time
from urllib.parse import urlsplit

PING = "/api/method/ping"
IN_A_ROW = 20
TIMEOUT_SECONDS = 30


def visit(url, site, host, path):
    """The status of one answer, or why there was none."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host, "X-Frappe-Site-Name": site, "Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({error})"
    finally:
        connection.close()


def is_right(answer, wanted):
    if not isinstance(answer, int):
        return False
    if wanted == "closed":
        return answer >= 500
    return answer == (200 if wanted == "open" else 410)


def main(url, site, host, wanted, seconds, path=PING, times=IN_A_ROW):
    give_up_at = time.monotonic() + int(seconds)
    in_a_row = 0
    while in_a_row < int(times):
        answer = visit(url, site, host, path)
        in_a_row = in_a_row + 1 if is_right(answer, wanted) else 0
        if in_a_row == 0:
            if time.monotonic() > give_up_at:
                sys.exit(f"after {seconds} seconds visitors of {host} still get {answer}")
            time.sleep(1)
    print(f"visitors of {host} get {answer} at {path}")


main(*sys.argv[1:])
