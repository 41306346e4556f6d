# Makes what a backup holds anew beside the site, which goes on as it is meanwhile: a database of its own, the files and the
# configuration. It has the administrator's credentials, and runs none of the apps' code.
#
# The files are made in the operation's own directory, which whoever overtakes it removes, and come to their place by one
# rename, whole. The user of the new database is made last of all, so where it is there, all else is there. Until then an
# attempt begins anew.

require BACKUP_TENANT "$uuid"
require RESTORED_DATABASE "${SITE}r[0-9]{1,9}"
require QUIET 'yes|no'

unpacked=$changes/restored

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
  ! is_older_than_image || : >"$unpacked/is-older"
}

make_user() {
  sql "DELIMITER //
BEGIN NOT ATOMIC
$guard
GRANT ALL PRIVILEGES ON $RESTORED_DATABASE.* TO '$RESTORED_DATABASE'@'%' IDENTIFIED BY $(sql_string "$DB_PASSWORD");
END//
DELIMITER ;"
}

# is_older_than_image: whether the backup's database is of an older version of an app than the image, and so has to be migrated.
is_older_than_image() {
  local app had has
  while IFS=$'\t' read -r app had; do
    [[ -n $app ]] || continue
    version_in_image "$app"
    ! is_older "$had" "$has" || return 0
  done < <(restore versions "$manifest")
  return 1
}

# tell_of_migration MARK: that the site is migrated next, where the mark is there.
tell_of_migration() {
  exists "$1" || return 0
  leave_message MigrationNeeded
}

# Ends the script where all of it is there, or in its place already.
look_whether_made() {
  DB_NAME=$RESTORED_DATABASE look_what_is_left
  [[ $rows == *"user "* ]] || return 0
  look_at_config
  if [[ $in_use == "$RESTORED_DATABASE" ]]; then
    echo "the backup is in its place already"
    tell_of_migration "$kept/$DB_NAME/is-replaced-by-older"
    exit 0
  fi
  check_claim
  if exists "$restored"; then
    echo "the backup is there already"
    tell_of_migration "$restored/is-older"
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
tell_of_migration "$restored/is-older"
