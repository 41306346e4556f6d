# Makes a tenant's site in the empty database that the init container made, and succeeds only if it
# has seen that the site is as it should be. A standby's is left without a customer and without a host name.

read -ra wanted_apps <<<"$APPS"

# A new site has its apps as the image has them.
tell_image_versions() {
  local app has lines=
  for app; do
    version_in_image "$app"
    lines+=$app$'\t'$has$'\n'
  done
  tell_versions "$lines"
}

verify() {
  step verify
  configure_site
  attempt env/bin/python -c "$verify_apps_py" "$SITE" "${wanted_apps[@]}"
  tell_image_versions frappe "${wanted_apps[@]}"
  open_site
  [[ -z $HOST ]] || give_names
  verify_visitors open
  # Last of all, for the link is valid from here on.
  [[ -z $LOGIN_KEY_HASH ]] || give_login_link
}

step start
own check_claim
prepare_hosts
name_golden
# shellcheck disable=SC2086 # each is a word
may_lead $SERVED_NAMES $FORMER_NAMES
if is_provisioned; then
  echo "the site is made already"
  verify
  [[ -n $HOST ]] || keep_golden
  exit 0
fi
! exists "$site_directory" || fail "an earlier attempt left a half-made site; the next one removes it"

step find-apps
for app in "${wanted_apps[@]}"; do
  [[ -d apps/$app ]] || fail "the app $app is not in the image" 66
done

# The password of its Administrator is nobody's: it gets one with its customer.
new_site() {
  step new-site
  check_claim
  attempt bench new-site "$SITE" \
    --db-type=mariadb --db-host="$DB_HOST" --db-port="$DB_PORT" \
    --db-name="$DB_NAME" --db-password="$DB_PASSWORD" --no-setup-db \
    --admin-password="$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

install_apps() {
  step install-app
  check_claim
  for app in "${wanted_apps[@]}"; do
    attempt bench --site "$SITE" install-app "$app"
  done
}

[[ -n $HOST || $ATTEMPT == 1 ]] || distrust_golden
is_golden=
if [[ -z $HOST ]] && exists "$golden"; then is_golden=yes; fi
if [[ -n $is_golden ]]; then load_golden; else new_site; fi

# The encryption key before anything is encrypted: else each process that is first to need one makes its own,
# and only the last one that is written stays.
step set-config
check_claim
configure_site --make-encryption-key

[[ -n $is_golden ]] || install_apps
[[ -z $HOST ]] || add_customer

verify
check_claim
: >"$site_directory/.provisioned"
[[ -n $HOST ]] || keep_golden
