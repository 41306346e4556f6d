# Restores a backup apart, to see that it can be: into a database of its own, which is counted and dropped again. The files are
# read to their end and thrown away, the configuration and its key are tried. Nothing of the site is touched, which goes on as it is,
# and none of the apps' code runs, for it has the administrator's credentials.

require RESTORED_DATABASE "${SITE}t[0-9]{1,9}"

# Only one that this very Pod has made. It is the server that looks: another attempt may have made it anew.
drop_tested() {
  sql "DELIMITER //
BEGIN NOT ATOMIC
IF EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$RESTORED_DATABASE' AND schema_comment = '$work') THEN
DROP DATABASE $RESTORED_DATABASE;
END IF;
END//
DELIMITER ;"
}

# Whatever fails, its database goes. What a kill leaves goes with the next test, a restore or the tenant.
leave_nothing() {
  local status=$1
  ((BASHPID == $$)) || exit "$status"
  set +e
  if ((status != 0)); then
    trap '' TERM ALRM
    failure=$(reason_of "$status")
    (drop_tested) 2>/dev/null
  fi
  (exit "$status")
  at_exit
}
trap 'leave_nothing "$?"' EXIT

# Of tests that were killed.
drop_leftovers() {
  local names name
  name_databases
  for name in $names; do
    [[ $name == "$SITE"t* ]] || continue
    check_claim
    DB_NAME=$name drop_database
  done
}

try_key() {
  attempt restore part "$manifest" site_config.json dd of="$scratch/backed-up.json" status=none
  attempt restore config "$manifest" "$scratch/backed-up.json"
}

step read-manifest
require_own_site
interruptible restore manifest "$manifest"
backed_up=$(restore field "$manifest" database)
drop_leftovers

step load-database
check_claim
make_empty_database
load_database

step count-rows
compare_tables

step list-apps
list_apps

step drop-database
drop_tested

step read-files
attempt restore part "$manifest" files.tar bash -c 'exec tar --list --file=- >/dev/null'

step try-key
try_key
