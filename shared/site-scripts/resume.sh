# Ends the maintenance mode of a site. Nothing else changes.

require_own_site
set_maintenance_mode off 0
