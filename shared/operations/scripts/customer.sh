# A site's customer: who it is for, and the names by which they reach it.

# What a site gets with its customer, in one process of the bench's own Python. Until it is done nobody but the control
# plane knows of the site, so all of it may be done again. The encryption key stays: a standby's is its own since its
# create, and every process of a web server that has answered for the site would go on to encrypt with it for a minute.
add_customer() {
  step add-user
  check_claim
  attempt env/bin/python -c "$customer_py" "$SITE"
  step set-config
  check_claim
  configure_site "host_name=https://$HOST" "organization=$ORGANIZATION"
  if [[ $(<sites/common_site_config.json) != *'"mail_server"'* ]]; then
    echo "this bench has no outgoing mail, so the customer cannot set a password by mail"
  fi
}

# serve_names: all names that are to serve the site do.
serve_names() {
  local name
  for name in $SERVED_NAMES; do lead_host "$name" "../tenants/$SITE/current"; done
}

# give_names: beside that, the names that it had before lead to its main address, and no other name to it any more.
give_names() {
  local name
  serve_names
  [[ -z $FORMER_NAMES ]] || make_directory "$record/moved-to/$HOST"
  for name in $FORMER_NAMES; do lead_host "$name" "../tenants/$SITE/moved-to/$HOST"; done
  free_hosts_but "$SERVED_NAMES $FORMER_NAMES"
  remove_targets_but "${FORMER_NAMES:+$HOST}"
}

# The address may have been corrected since the user was made.
give_login_link() {
  step set-login-key
  require LOGIN_KEY_HASH '[0-9a-f]{64}'
  set_login_key "${TENANT_EMAIL,,}" "$LOGIN_USER"
  verify_login_page
}
