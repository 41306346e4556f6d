"""What the site scripts use of frappe.utils.scheduler."""

from .. import db


def enable_scheduler():
    db.is_scheduler_enabled = True
