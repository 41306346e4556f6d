# Gives a site the names that its tenant has now. Whenever it is stopped, visitors reach the site by its old name or its new
# one: a new name serves the site before an old one leads to it, and what is proved is the new one.

# Until now HOST is the main address that it had.
HOST=${SERVED_NAMES%% *}

step link-hosts
require_own_site
prepare_hosts
# shellcheck disable=SC2086 # each is a word
may_lead $SERVED_NAMES $FORMER_NAMES
serve_names

step set-config
check_claim
configure_site "host_name=https://$HOST"

step verify
verify_visitors open

step send-on
give_names
