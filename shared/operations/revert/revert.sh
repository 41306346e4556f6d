# Takes a site back to the bench that an upgrade took it from, as it was then. It has the administrator's credentials, and runs
# none of the apps' code. It is never given up, so each step may be done again.
#
# A site that the upgrade has opened is not taken back any more, if visitors reach it: they may have changed it since. Then this
# succeeds with the reason AlreadyUpgraded.

# It is emptied only when the dump is known to be whole, and is in nobody's hands until it is loaded: all users are locked.
remake_database() {
  step check-dump
  check_dump "$dump"

  step load-database
  end_sessions "$DB_NAME"
  check_claim
  run_fenced "DROP DATABASE IF EXISTS $DB_NAME;
CREATE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT '$work';
"
  end_sessions "$DB_NAME"
  attempt load_dump
}

load_dump() {
  gzip -dc -- "$dump" |
    mariadb --defaults-file="$scratch/administrator.cnf" --default-character-set=utf8mb4 \
      --max-allowed-packet=1G --binary-mode --init-command="BEGIN NOT ATOMIC $fence_guard END" "$DB_NAME"
}

stay_upgraded() {
  list_site_apps
  tell_versions "$site_apps"
  leave_message AlreadyUpgraded
  exit 0
}

# Sets `is_reached` to whether visitors reach the site that was opened.
try_to_go_on() {
  local proof
  is_reached=yes
  # In the background, so that it ends where something fails: not where a condition is looked at.
  go_on &
  proof=$!
  wait "$proof" || {
    is_reached=
    echo "the site was opened, but is not reached: $(last_words)"
    : >"$words"
  }
}

go_back() {
  step hold
  hold
  shut_out
  if is_touched; then remake_database; fi

  step move-site
  move_site "$FROM_BENCH"

  step forget-in-redis
  check_claim
  forget_everywhere
}

step look-for-site
require_moving_site claim
prepare_hosts
# A server that ended while it made it anew may have left none.
claim_database "CREATE DATABASE IF NOT EXISTS $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
if is_upgraded; then
  settle
  verify_names
  stay_upgraded
fi
is_reached=
if is_opened; then try_to_go_on; fi
[[ -z $is_reached ]] || stay_upgraded
# What could not be migrated in its place is of no use to anybody: it stays closed until the restore that has brought it is taken back.
! is_in_place || SITE_IS_OPEN=no
if exists "$before_upgrade"; then go_back; fi

step settle
put_back

step verify
verify_bench
take_away "$before_upgrade"

step open-site
verify_names
