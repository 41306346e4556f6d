# Takes a restore back: what the site had before it comes in its place again, and what was restored is kept instead.

require KEPT_DATABASE "${SITE}(r[0-9]{1,9})?"
require QUIET 'yes|no'

step look-for-kept
require_own_site
look_at_config
DB_NAME=$KEPT_DATABASE look_what_is_left
if [[ $rows != *database*user* ]]; then
  fail "nothing is kept of the database $KEPT_DATABASE" 66
elif [[ $in_use != "$KEPT_DATABASE" ]] && ! exists "$kept/$KEPT_DATABASE/site_config.json"; then
  fail "the files of the database $KEPT_DATABASE are not kept" 66
fi

# It may have been kept when the site was quiet.
check_claim
settle_quiet "$KEPT_DATABASE"

swap "../$KEPT_DATABASE" "$KEPT_DATABASE"
take_away "$kept/$KEPT_DATABASE"
