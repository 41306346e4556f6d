# Shuts a site off from its database, and lets it in again: at once, and for everything that works for the
# site, whatever its processes believe of its configuration.

# lock_database: nobody logs in as a user of the tenant's from now on, and who has, is thrown out. A lock alone
# would leave open sessions, which could go on to write. A restore may have made users beside that of DB_NAME.
lock_database() {
  local names others own=$DB_NAME DB_NAME
  name_databases
  others=$(grep -vxF -- "$own" <<<"$names" || true)
  for DB_NAME in "$own" $others; do
    for_each_user "ALTER USER" "ACCOUNT LOCK"
    [[ -n $statements || $DB_NAME != "$own" ]] || fail "the database user of $SITE is not there"
    run_fenced "${statements}KILL USER $DB_NAME;"$'\n'
  done
}

# run_fenced STATEMENTS: where there is a `fence_guard`, the server looks first whether they may be run still.
run_fenced() {
  if [[ -n ${fence_guard-} ]]; then together "$1" "$fence_guard"; else sql "$1"; fi
}

# unlock_database [DATABASE]: that of DB_NAME, where no other one is meant.
unlock_database() {
  local DB_NAME=${1:-$DB_NAME}
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
  verify_no_sessions
}

verify_no_sessions() {
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
  swap_back

  step verify
  verify_locked
  verify_visitors "$1"
}
