# A site on its way from one bench to another, and back. FROM_BENCH and TO_BENCH may be the same: then it is migrated in place.
# On the volume:
#
#   tenants/SITE/TENANT_ID/before-upgrade/   what the site was. As long as it is there, the site is not proved anywhere:
#     from, to                               links, whose texts are the names of the benches
#     site_config.json                       the site's configuration
#     database.sql.gz                        its database: dumped when nobody was let in any more, and whole
#   tenants/SITE/TENANT_ID/moves/GENERATION.ATTEMPT.POD/site
#                                            the site itself, while that operation moves it
#   tenants/SITE/current -> updating         nobody reaches the site
#
# What the site was is remembered after its names lead to that page, and forgotten before they lead to the site again, where it
# goes back. So where it is remembered and they lead to the site, an upgrade has opened it, and visitors may have changed it since.
#
# The database is migrated only after the dump is there, and, where the benches are two, the site has left its own. A site that is
# found in its own bench, or on its way, has a database that no migration has touched, or that was made anew.
#
# Whoever overtakes an operation takes its directories away, so that it moves nothing any more, wherever it had stalled. What is
# done to the database is done by the server only as long as the database's comment says that it is this attempt's turn.

bench_name='[a-z]([a-z0-9-]*[a-z0-9])?'
require FROM_BENCH "$bench_name"
require TO_BENCH "$bench_name"
require SITE_IS_OPEN 'yes|no'

work=$GENERATION.$ATTEMPT.$POD_UID
dump=$before_upgrade/database.sql.gz
moves=$own_things/moves
own_move=$moves/$work
# It is fence.sh that reads it.
# shellcheck disable=SC2034
fence_guard="IF NOT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$DB_NAME' AND schema_comment = '$work') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'another attempt works on the database'; END IF;"

is_in_place() {
  [[ $FROM_BENCH == "$TO_BENCH" ]]
}

# place_in BENCH: sets `place` to where the site is there, or would be.
place_in() {
  place=$volume/benches/$1/sites/$SITE
}

# require_moving_site claim|check_claim: for a site that is in either bench.
require_moving_site() {
  require_not_gone
  read_owner
  [[ $owner == "$TENANT_ID" ]] || not_ours "the site $SITE is not this tenant's"
  "$1"
  # What an operation was about to move that was overtaken: nobody but a newer one takes that away.
  if [[ $1 == claim ]]; then take_moves_over; fi
  use_bench "$FROM_BENCH"
  is_provisioned || use_bench "$TO_BENCH"
  is_provisioned || fail "the site $SITE is not there, or not whole"
}

# Whatever was on its way goes back to where it came from, and what is in its way there is looked at.
take_moves_over() {
  local move try
  for move in "$moves"/*; do
    for ((try = 0; try < 5; try++)); do
      exists "$move" || continue 2
      ! exists "$move/site" || put_site "$move" "$FROM_BENCH"
      ! rmdir -- "$move" || continue 2
    done
    fail "something makes the directory of $SITE again and again"
  done
}

# put_site MOVE BENCH: what is there comes to its place in that bench.
put_site() {
  local place
  place_in "$2"
  clear_place "$2"
  check_claim
  # Where it would replace something, it does nothing.
  mv -nT -- "$1/site" "$place" || true
  check_claim
  ! exists "$1/site" || fail "something is at the place of $SITE in the bench $2"
}

# clear_place BENCH: a worker of a bench that the site has left may have written its log there since.
clear_place() {
  local place
  place_in "$1"
  exists "$place" || return 0
  is_leftover "$place" || fail "something is at the place of $SITE in the bench $1"
  take_away "$place"
}

# move_site BENCH: by way of a directory of this operation's own.
move_site() {
  [[ $site_bench != "$1" ]] || return 0
  clear_place "$1"
  make_directory "$moves"
  make_directory "$own_move"
  check_claim
  mv -T -- "$site_directory" "$own_move/site"
  put_site "$own_move" "$1"
  rmdir -- "$own_move"
  use_bench "$1"
}

# Whether the site was opened in its new bench, but what it was is not forgotten yet.
is_opened() {
  exists "$before_upgrade" && is_reachable
}

# Whether it was proved there, and what it was is forgotten. In its place it was closed before, so that where its names lead to it, an
# upgrade has opened it. Of one that is to stay closed nobody can tell, and nobody has written to it since.
is_upgraded() {
  ! exists "$before_upgrade" || return 1
  if is_in_place; then is_reachable; else [[ $site_bench == "$TO_BENCH" ]]; fi
}

# Whether the site's names lead to it in its new bench.
is_reachable() {
  [[ $(readlink -- "$record/current") == "../../benches/$TO_BENCH/sites/$SITE" ]]
}

# Whether its database may be another than it was.
is_touched() {
  if is_in_place; then exists "$dump"; else [[ $site_bench == "$TO_BENCH" ]]; fi
}

# claim_database STATEMENT: what earlier attempts still send changes nothing any more. The statement, if there is one, comes
# before that.
claim_database() {
  check_claim
  sql "DELIMITER //
BEGIN NOT ATOMIC
DECLARE taken VARCHAR(1024);
SELECT schema_comment INTO taken FROM information_schema.schemata WHERE schema_name = '$DB_NAME';
IF taken REGEXP '^[0-9]+[.][0-9]+[.]' AND (CAST(SUBSTRING_INDEX(taken, '.', 1) AS UNSIGNED) > $GENERATION OR (CAST(SUBSTRING_INDEX(taken, '.', 1) AS UNSIGNED) = $GENERATION AND CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(taken, '.', 2), '.', -1) AS UNSIGNED) > $ATTEMPT)) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a newer attempt works on the database'; END IF;
$1
ALTER DATABASE $DB_NAME COMMENT '$work';
END//
DELIMITER ;"
}

# hold: nobody reaches the site.
hold() {
  if [[ $SITE_IS_OPEN == yes ]]; then hold_site; else close_site; fi
}

# shut_out: nobody but the administrator works in the database any more.
shut_out() {
  check_claim
  lock_database
  verify_no_sessions
}

# set_login PASSWORD LOCK|UNLOCK
set_login() {
  for_each_user "ALTER USER" "IDENTIFIED BY $(sql_string "$1") ACCOUNT $2"
  [[ -n $statements ]] || fail "the database user of $SITE is not there"
  run_fenced "$statements"
}

# settle [KEY ...]: password and configuration are as they are to stay, with these keys of it.
settle() {
  local is_locked=UNLOCK maintenance=0
  [[ $SITE_IS_OPEN == yes ]] || is_locked=LOCK maintenance=1
  check_claim
  configure_site "$@" "db_password=$DB_PASSWORD" "maintenance_mode:=$maintenance"
  set_login "$DB_PASSWORD" "$is_locked"
  if [[ $SITE_IS_OPEN == yes ]]; then
    verify_unlocked
  else
    lock_database
    verify_locked
  fi
}

# forget_everywhere: what both benches' Redis have of the site.
forget_everywhere() {
  local name now=$site_bench
  for name in "$FROM_BENCH" "$TO_BENCH"; do
    use_bench "$name"
    forget_in_redis "$SITE"
    ! is_in_place || break
  done
  use_bench "$now"
}

# verify_bench: what the bench that the site is in answers by itself. verify_names: what visitors get.
verify_bench() {
  if [[ $SITE_IS_OPEN == yes ]]; then HOST="" verify_visitors open; else HOST="" verify_visitors closed; fi
}

verify_names() {
  if [[ $SITE_IS_OPEN == yes ]]; then
    open_site
    verify_visitors open
  else
    close_site
    verify_visitors closed
  fi
}

# put_back: the site is in its own bench, with its database as it was. So is all else then, but that nobody is led there.
put_back() {
  local as_before=()
  use_bench "$FROM_BENCH"
  ! exists "$before_upgrade" || as_before=("--from=$before_upgrade/site_config.json")
  settle "${as_before[@]}"
}

# go_on: the site was opened by an upgrade that could not say so any more. Visitors may have changed it since, so it stays where it
# is, if they reach it, or nobody is to.
go_on() {
  use_bench "$TO_BENCH"
  if [[ $SITE_IS_OPEN == no ]]; then
    settle
    take_away "$before_upgrade"
  fi
  verify_names
  take_away "$before_upgrade"
}

# check_apps: every app of the site is in the image, and none is of an older version there than the site's database is. By what the
# site says of itself; none of the apps' code runs.
check_apps() {
  local app had has
  list_site_apps
  while IFS=$'\t' read -r app had; do
    [[ -n $app ]] || continue
    [[ $app =~ ^[A-Za-z0-9_]+$ && -d apps/$app ]] || fail "the app $app of the site is not in the image of the bench $TO_BENCH" 66
    version_in_image "$app"
    is_older "$has" "$had" || continue
    fail "the image of the bench $TO_BENCH has version $has of the app $app, and the site is at $had already" 66
  done <<<"$site_apps"
}

# list_site_apps: sets `site_apps` to lines of an app and the version that the site was migrated to last, where it says so.
list_site_apps() {
  local tables names=
  sql "SELECT table_name FROM information_schema.tables WHERE table_schema = '$DB_NAME' AND table_type = 'BASE TABLE' AND table_name IN ('tabDefaultValue', 'tabInstalled Application');"
  tables=$'\n'$rows$'\n'
  if [[ $tables == *$'\ntabDefaultValue\n'* ]]; then
    sql "SELECT defvalue FROM $DB_NAME.tabDefaultValue WHERE parent = '__global' AND defkey = 'installed_apps';"
    names=$rows
  fi
  rows=
  if [[ $tables == *$'\ntabInstalled Application\n'* ]]; then
    sql "SELECT app_name, app_version FROM $DB_NAME.\`tabInstalled Application\`;"
  fi
  # The document may be older than the list of apps, and the list may be missing.
  site_apps=$(NAMES=$names DOCUMENT=$rows python3 -I -S -c '
import json, os
lines = os.environ["DOCUMENT"].splitlines()
versions = dict(line.split("\t", 1) for line in lines if "\t" in line)
try:
    names = json.loads(os.environ["NAMES"] or "[]")
except ValueError:
    names = []
for name in names or versions:
    print(name, versions.get(name, ""), sep="\t")
')
}

# check_room: a dump is a small part of what it is a dump of, but nobody knows how small.
check_room() {
  local size blocks needed
  sql "SELECT COALESCE(SUM(data_length), 0) FROM information_schema.tables WHERE table_schema = '$DB_NAME';"
  needed=$((rows / 2))
  read -r size blocks <<<"$(stat --file-system --format='%S %a' "$volume")"
  ((size * blocks >= needed)) ||
    fail "the volume has room for $((size * blocks)) bytes, and the dump of the database may take $needed"
}

# check_dump FILE: whether it is whole, and the server would take it.
check_dump() {
  sql "SELECT @@max_allowed_packet;"
  attempt python3 -I -S -c "$dump_rows_py"$'\n'"$check_dump_py" "$1" "$rows"
}
