# Makes a tenant's site, and succeeds only if it has seen that the site is as it should be.

step new-site
attempt bench new-site "$SITE" \
  --db-type=mariadb --db-host="$DB_HOST" --db-port="$DB_PORT" \
  --db-name="$DB_NAME" --db-password="$DB_PASSWORD" \
  --db-root-username="$DB_ROOT_USERNAME" --db-root-password="$DB_ROOT_PASSWORD" \
  --admin-password="$ADMIN_PASSWORD"

read -ra apps <<<"$APPS"
step install-app
for app in "${apps[@]}"; do
  attempt bench --site "$SITE" install-app "$app"
done

step add-user
attempt bench --site "$SITE" add-user "$TENANT_EMAIL" \
  --user-type "System User" --add-role "System Manager"

step enable-scheduler
attempt bench --site "$SITE" enable-scheduler

step set-config
attempt bench --site "$SITE" set-config host_name "https://$SITE"

step verify
installed=$(bench --site "$SITE" list-apps -f json)
for app in "${apps[@]}"; do
  [[ $installed == *"\"$app\""* ]] || fail "the app $app is not installed on $SITE"
done
