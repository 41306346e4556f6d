# Shuts a site off from its database, and lets it in again: at once, and for everything that works for the
# site, whatever its processes believe of its configuration.

# lock_database: nobody logs in as the tenant's user from now on, and who has, is thrown out. A lock alone
# would leave open sessions, which could go on to write.
lock_database() {
  for_each_user "ALTER USER" "ACCOUNT LOCK"
  [[ -n $statements ]] || fail "the database user of $SITE is not there"
  sql "${statements}KILL USER $DB_NAME;"
}

unlock_database() {
  for_each_user "ALTER USER" "ACCOUNT UNLOCK"
  [[ -n $statements ]] || fail "the database user of $SITE is not there"
  sql "$statements"
}

login "$scratch/tenant.cnf" "$DB_NAME" "$DB_PASSWORD"

# Proves that the tenant's user is shut out, by its own attempt to log in (ER_ACCOUNT_HAS_BEEN_LOCKED), and
# that none of its sessions is left.
verify_locked() {
  if query tenant "SELECT 1;"; then
    fail "the database still lets in the user of $SITE"
  elif [[ $(<"$words") != *"ERROR 4151 "* ]]; then
    exit 1
  fi
  : >"$words"
  local look
  for ((look = 0; look < 50; look++)); do
    sql "SELECT id FROM information_schema.processlist WHERE user = '$DB_NAME';"
    [[ -n $rows ]] || return 0
    sleep 0.2
  done
  fail "sessions of the database user of $SITE go on"
}

verify_unlocked() {
  query tenant "SELECT 1;"
}

# shut_off closed|gone: puts a site behind its fence whose names lead visitors elsewhere already, and proves what they get.
shut_off() {
  step set-maintenance-mode
  check_claim
  configure_site maintenance_mode:=1

  step lock-database
  check_claim
  lock_database

  step verify
  verify_locked
  verify_visitors "$1"
}
