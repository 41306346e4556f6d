# Closes a site in a deletion that can be taken back: as with a suspension, nothing that works for it gets to its database,
# but visitors are told that it is gone. Runs none of the apps' code, for it has the administrator's credentials.

step close-site
require_own_site
retain_site

step set-maintenance-mode
check_claim
configure_site maintenance_mode:=1

step lock-database
check_claim
lock_database

step verify
verify_locked
verify_visitors gone
