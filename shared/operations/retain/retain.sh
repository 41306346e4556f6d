# Closes a site in a deletion that can be taken back: as with a suspension, nothing that works for it gets to its database,
# but visitors are told that it is gone. Runs none of the apps' code, for it has the administrator's credentials.

step close-site
require_own_site
retain_site
shut_off gone
