# Ends a suspension, and has a site act on the world again that was quiet. Runs none of the apps' code, for it has the
# administrator's credentials.

require QUIET 'yes|no'

step unlock-database
require_own_site
settle_swap
unlock_database

check_claim
[[ $QUIET == yes ]] || end_quiet

step set-maintenance-mode
check_claim
configure_site maintenance_mode:=0

step open-site
check_claim
open_site

step verify
verify_unlocked
verify_visitors open
