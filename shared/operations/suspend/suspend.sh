# Suspends a site: it is in maintenance mode, its scheduler rests, and nothing that works for it gets to its
# database. Runs none of the apps' code, for it has the administrator's credentials.

step close-site
require_own_site
close_site

step set-maintenance-mode
check_claim
configure_site maintenance_mode:=1

step lock-database
check_claim
lock_database
swap_back

step verify
verify_locked
verify_visitors closed
