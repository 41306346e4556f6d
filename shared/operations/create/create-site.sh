# Makes a tenant's site in the empty database that the init container made, and succeeds only if it
# has seen that the site is as it should be.

read -ra wanted_apps <<<"$APPS"

verify() {
  step verify
  configure_site
  attempt env/bin/python -c "$verify_apps_py" "$SITE" "${wanted_apps[@]}"
  verify_visitors open
  # Last of all, for the link is valid from here on.
  [[ -z $LOGIN_KEY_HASH ]] || give_login_link
}

# The address may have been corrected since the user was made.
give_login_link() {
  step set-login-key
  require LOGIN_KEY_HASH '[0-9a-f]{64}'
  set_login_key "${TENANT_EMAIL,,}" "$LOGIN_USER"
  verify_login_page
}

step start
own check_claim
if is_provisioned; then
  echo "the site is made already"
  verify
  exit 0
fi
! exists "sites/$SITE" || fail "an earlier attempt left a half-made site; the next one removes it"

step find-apps
for app in "${wanted_apps[@]}"; do
  [[ -d apps/$app ]] || fail "the app $app is not in the image" 66
done

step new-site
check_claim
attempt bench new-site "$SITE" \
  --db-type=mariadb --db-host="$DB_HOST" --db-port="$DB_PORT" \
  --db-name="$DB_NAME" --db-password="$DB_PASSWORD" --no-setup-db \
  --admin-password="$ADMIN_PASSWORD"

# The encryption key before anything is encrypted: else each process that is first to need one makes its own,
# and only the last one that is written stays.
step set-config
check_claim
configure_site --make-encryption-key "host_name=https://$SITE" "organization=$ORGANIZATION"

step install-app
check_claim
for app in "${wanted_apps[@]}"; do
  attempt bench --site "$SITE" install-app "$app"
done

step add-user
check_claim
names=()
[[ -z $TENANT_FIRST_NAME ]] || names+=(--first-name="$TENANT_FIRST_NAME")
[[ -z $TENANT_LAST_NAME ]] || names+=(--last-name="$TENANT_LAST_NAME")
attempt bench --site "$SITE" add-user "${names[@]}" \
  --user-type "System User" --add-role "System Manager" -- "$TENANT_EMAIL"
if [[ $(<sites/common_site_config.json) != *'"mail_server"'* ]]; then
  echo "this bench has no outgoing mail, so the customer cannot set a password by mail"
fi

step enable-scheduler
check_claim
attempt bench --site "$SITE" enable-scheduler

verify
check_claim
: >"sites/$SITE/.provisioned"
