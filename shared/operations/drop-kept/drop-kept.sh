# Drops what a site was before its restores, where that was kept for long enough.

step drop-kept
require_own_site
remove_leftovers "$DB_NAME"
