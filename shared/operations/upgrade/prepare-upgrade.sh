# Closes a site, waits for its background jobs, dumps its database, and moves it to the other bench. It has the administrator's
# credentials, and runs none of the apps' code: what runs next has a login that nothing but the site's directory there knows.
#
# Up to the move, whatever fails leaves the site open as it was. After it, the next attempt goes on, or a revert takes it back.

require DRAIN_SECONDS '[0-9]{1,6}'

# What the site is, whole, or not there.
remember() {
  ! exists "$before_upgrade" || return 0
  make_own_directory
  configure_site
  discard "$changes/before"
  mkdir -- "$changes/before"
  ln -sT -- "$FROM_BENCH" "$changes/before/from"
  ln -sT -- "$TO_BENCH" "$changes/before/to"
  cp -- "$site_directory/site_config.json" "$changes/before/site_config.json"
  sync -- "$changes/before/site_config.json"
  check_claim
  mv -T -- "$changes/before" "$before_upgrade"
}

# Sets `jobs` to how many of the site's background jobs wait or are worked on.
count_jobs() {
  interruptible python3 -I -S -c "$redis_py" "--sites=$bench_sites" count "$SITE" >"$scratch/jobs"
  jobs=$(<"$scratch/jobs")
}

# drain: waits until none of the site's jobs waits or is worked on, and shuts everybody out. What has come in between is waited
# for, too.
drain() {
  local give_up_at=$((SECONDS + DRAIN_SECONDS))
  while true; do
    count_jobs
    if ((jobs == 0)); then
      shut_out
      count_jobs
      ((jobs > 0)) || return 0
      set_login "$DB_PASSWORD" UNLOCK
    fi
    ((SECONDS < give_up_at)) ||
      fail "$jobs background jobs of the site still wait or are worked on after $DRAIN_SECONDS seconds"
    interruptible sleep 1
  done
}

# Runs in the background: what it reports is what it ends with.
write_dump() {
  mariadb-dump --defaults-file="$scratch/administrator.cnf" "${dump_options[@]}" "$DB_NAME" | gzip -1 >"$1"
}

dump_database() {
  ! exists "$dump" || return 0
  local new=$changes/database.sql.gz
  make_own_directory
  attempt write_dump "$new"
  attempt check_dump "$new"
  sync -- "$new"
  check_claim
  mv -T -- "$new" "$dump"
  sync -- "$before_upgrade"
}

# What can be seen before anything is changed.
look_ahead() {
  local now=$site_bench
  check_apps
  check_room
  check_redis
  is_in_place && return
  clear_place "$TO_BENCH"
  use_bench "$TO_BENCH"
  check_redis
  use_bench "$now"
}

close() {
  check_claim
  prepare_hosts
  hold
  remember
}

set_maintenance_mode() {
  check_claim
  configure_site maintenance_mode:=1 pause_scheduler:=1
}

# Nothing gets to the database of a suspended site anyway.
shut() {
  if [[ $SITE_IS_OPEN == yes ]]; then drain; else shut_out; fi
}

# or_open_again FUNCTION: what can be taken back, and is where it fails.
or_open_again() {
  local doing status=0
  # In the background, so that it ends where something fails.
  "$1" &
  doing=$!
  wait "$doing" || status=$?
  ((status == 0)) || open_again "$status"
}

# open_again STATUS: as it was, and whatever kept it from going on is what is said. The words of what failed are the last ones. What is
# migrated in its place was closed before: nobody has seen it work with the image.
open_again() {
  local why code
  why=$(last_words)
  (($1 != 65 && $1 != 67)) || fail "$why" "$1"
  code=$(find_outage "$why") || code=
  check_claim
  if exists "$before_upgrade" || [[ $(readlink -- "$record/current") == updating ]]; then
    # There may be no room for anything else.
    discard "$changes"
    ! is_in_place || SITE_IS_OPEN=no
    put_back
    take_away "$before_upgrade"
    if [[ $SITE_IS_OPEN == yes ]]; then open_site; else close_site; fi
  fi
  (($1 != 66)) || fail "$why" 66
  fail "${why:-the site cannot be made ready}; it is as it was before" 1 "$code"
}

# A login that nobody has yet: neither what the old bench's processes believe, nor what they could read.
let_migration_in() {
  local password
  password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  check_claim
  configure_site "db_password=$password" maintenance_mode:=1 pause_scheduler:=1
  check_claim
  set_login "$password" UNLOCK
}

step preflight
require_moving_site claim
if is_opened || is_upgraded; then
  echo "the site is upgraded already"
  exit 0
fi
claim_database ""
if ! is_touched; then
  or_open_again look_ahead
  step hold
  or_open_again close
  step set-maintenance-mode
  or_open_again set_maintenance_mode
  step drain
  or_open_again shut
  step dump-database
  or_open_again dump_database
fi

step move-site
hold
shut_out
move_site "$TO_BENCH"

step forget-in-redis
check_claim
forget_everywhere

step change-password
let_migration_in
