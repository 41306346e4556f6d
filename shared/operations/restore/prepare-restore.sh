# Makes what a backup holds anew beside the site, which goes on as it is meanwhile: a database of its own, the files and the
# configuration. It has the administrator's credentials, and runs none of the apps' code.
#
# The files are made in the operation's own directory, which whoever overtakes it removes, and come to their place by one
# rename, whole. The user of the new database is made last of all, so where it is there, all else is there. Until then an
# attempt begins anew.

require BACKUP_ID "$uuid"
require BACKUP_BUCKET '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]'
require BACKUP_ENDPOINT 'https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?'
require BACKUP_KEY '[0-9a-f]{64}'
require BACKUP_TENANT "$uuid"
require RESTORED_DATABASE "${SITE}r[0-9]{1,9}"
require QUIET 'yes|no'

manifest=$scratch/manifest.json
unpacked=$changes/restored
work=$GENERATION.$ATTEMPT.$POD_UID

# restore COMMAND ARGUMENT…: of restore_parts.py.
restore() {
  python3 -I -S -c "$bucket_py"$'\n'"$backup_format_py"$'\n'"$restore_parts_py" "$@"
}

# An attempt that had stalled might go on at any moment, so it is the server that looks whose the new database is, which its comment
# says, and whether it is in use. This ends whatever follows it where it is another attempt's.
guard="IF NOT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$RESTORED_DATABASE' AND schema_comment = '$work') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'another attempt makes the database'; END IF;"

make_empty_database() {
  sql "DELIMITER //
BEGIN NOT ATOMIC
IF EXISTS (SELECT 1 FROM mysql.user WHERE user = '$RESTORED_DATABASE') THEN
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the new database is in use';
END IF;
DROP DATABASE IF EXISTS $RESTORED_DATABASE;
CREATE DATABASE $RESTORED_DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT '$work';
END//
DELIMITER ;"
  end_sessions
}

# Of whoever was loading it before. Any one of them may end by itself meanwhile.
end_sessions() {
  local session
  sql "SELECT id FROM information_schema.processlist WHERE db = '$RESTORED_DATABASE';"
  for session in $rows; do
    query administrator "KILL $session;" || [[ $(<"$words") == *"ERROR 1094 "* ]] || exit 1
    : >"$words"
  done
}

load_database() {
  attempt restore part "$manifest" database.sql --rename "$backed_up" "$RESTORED_DATABASE" \
    mariadb --defaults-file="$scratch/administrator.cnf" --default-character-set=utf8mb4 \
    --max-allowed-packet=1G --binary-mode --init-command="BEGIN NOT ATOMIC $guard END" "$RESTORED_DATABASE"
}

compare_tables() {
  sql "SELECT HEX(table_name), 'estimated', COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_schema = '$RESTORED_DATABASE' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED');"
  printf '%s' "${rows:+$rows$'\n'}" >"$scratch/tables"
  restore counting "$manifest" "$RESTORED_DATABASE" >"$scratch/counting"
  sql "$(<"$scratch/counting")"
  printf '%s' "${rows:+$rows$'\n'}" >"$scratch/counts"
  attempt restore compare "$manifest" "$scratch/tables" "$scratch/counts"
}

# By what the site says of itself, as `frappe.get_installed_apps()` reads it. None of the apps' code runs to ask it: it could
# read the bucket as this Pod does.
list_apps() {
  local names
  names=$(restore field "$manifest" tables)
  # What is no site of Frappe's says nothing.
  [[ $'\n'$names$'\n' == *$'\n'tabDefaultValue$'\n'* ]] || return 0
  sql "SELECT defvalue FROM $RESTORED_DATABASE.tabDefaultValue WHERE parent = '__global' AND defkey = 'installed_apps';"
  printf '%s' "$rows" >"$scratch/installed"
  attempt restore apps "$manifest" "$scratch/installed"
}

# What lies beside these in a site's directory is in no backup, and stays as it is.
unpack_files() {
  local folder
  discard "$unpacked"
  make_own_directory
  mkdir -- "$unpacked"
  attempt restore part "$manifest" files.tar \
    tar --extract --file=- --directory="$unpacked" --no-same-owner --no-overwrite-dir
  for folder in "${swapped_folders[@]}"; do mkdir -p -- "$unpacked/$folder"; done
  attempt restore part "$manifest" site_config.json dd of="$scratch/backed-up.json" status=none
  python3 -I -S -c "$swapped_config_py" "$scratch/backed-up.json" "$site_directory/site_config.json" \
    "$RESTORED_DATABASE" >"$unpacked/site_config.json"
}

make_user() {
  sql "DELIMITER //
BEGIN NOT ATOMIC
$guard
GRANT ALL PRIVILEGES ON $RESTORED_DATABASE.* TO '$RESTORED_DATABASE'@'%' IDENTIFIED BY $(sql_string "$DB_PASSWORD");
END//
DELIMITER ;"
}

# Ends the script where all of it is there, or in its place already.
look_whether_made() {
  DB_NAME=$RESTORED_DATABASE look_what_is_left
  [[ $rows == *"user "* ]] || return 0
  look_at_config
  if [[ $in_use == "$RESTORED_DATABASE" ]]; then
    echo "the backup is in its place already"
    exit 0
  fi
  check_claim
  if exists "$restored"; then
    echo "the backup is there already"
    exit 0
  fi
  DB_NAME=$RESTORED_DATABASE drop_database
}

# Whatever an earlier attempt has swapped is not looked at again: past this step, the site is as it was.
step look-for-restored
require_own_site
look_whether_made
! exists "$kept/$DB_NAME" || fail "another restore of $SITE is half done"

step read-manifest
interruptible restore manifest "$manifest"
restore field "$manifest" apps >"$scratch/apps"
mapfile -t apps <"$scratch/apps"
for app in "${apps[@]}"; do
  [[ -z $app || -d apps/$app ]] || fail "the app $app of the backup is not in the image" 66
done
backed_up=$(restore field "$manifest" database)
remove_leftovers "$RESTORED_DATABASE"

step load-database
check_claim
make_empty_database
load_database

step count-rows
compare_tables

step list-apps
list_apps

step unpack-files
check_claim
unpack_files
check_claim
mv -T -- "$unpacked" "$restored"

step settle-quiet
check_claim
settle_quiet "$RESTORED_DATABASE" "$guard"

step make-user
check_claim
make_user
