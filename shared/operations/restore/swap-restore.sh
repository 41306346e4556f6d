# Puts what a restore has made in the place of what the site has, which is kept. At every moment a visitor gets the old site,
# whole, or the page that says that it is closed, or the new one, whole.

require RESTORED_DATABASE "${SITE}r[0-9]{1,9}"
require QUIET 'yes|no'

swap ../../restored "$RESTORED_DATABASE"
take_away "$restored"
