"""What the site scripts use of frappe.utils.password."""

import hashlib

from .. import db


def update_password(user, pwd):
    db.set_fields(user, {"password_sha256": hashlib.sha256(pwd.encode()).hexdigest()})
