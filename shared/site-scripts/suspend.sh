# Puts a site into maintenance mode: it answers 503 and its scheduler rests. Nothing else changes.

require_own_site
set_maintenance_mode on 1
