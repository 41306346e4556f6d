# Gives a site that was made before anybody asked for it to the customer who has asked. It is as good then as one that was
# made for them.

claimed=$own_things/claimed

step start
require_own_site
prepare_hosts
# shellcheck disable=SC2086 # each is a word
may_lead $SERVED_NAMES $FORMER_NAMES
if ! exists "$claimed"; then add_customer; fi

step verify
configure_site
give_names
verify_visitors open /api/method/ping 1
[[ -z $LOGIN_KEY_HASH ]] || give_login_link

# From here on the customer may have changed what was set up, so it is set up no second time.
check_claim
: >"$claimed"
