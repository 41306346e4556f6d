"""What the site scripts use of frappe.utils."""

import datetime


def now_datetime():
    """Now, as the site's own time zone has it: here UTC, without saying so."""
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
