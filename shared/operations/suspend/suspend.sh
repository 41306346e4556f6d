# Suspends a site: it is in maintenance mode, its scheduler rests, and nothing that works for it gets to its
# database. Runs none of the apps' code, for it has the administrator's credentials.

step close-site
require_own_site
close_site
shut_off closed
