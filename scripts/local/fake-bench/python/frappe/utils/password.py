"""What the site scripts use of frappe.utils.password. LOCAL_CUSTOMER_SECONDS is how long Frappe takes to set up a customer."""

import hashlib
import os
import time

from .. import db


def update_password(user, pwd):
    time.sleep(float(os.environ.get("LOCAL_CUSTOMER_SECONDS", "0")))
    db.set_fields(user, {"password_sha256": hashlib.sha256(pwd.encode()).hexdigest()})
