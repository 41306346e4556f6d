# Makes a bundle of a backup as `bench backup --with-files` leaves one: what plain `bench restore` takes, wherever that is. It is
# not encrypted. Nothing of the site is read or changed, but that the operation is the newest one, and no database is asked.

bundle=$scratch/bundle
: >"$bundle"

# export_part NAME [OPTION…] COMMAND: gives a part of the backup to a command of export_parts.py.
export_part() {
  attempt restore part "$manifest" "${@:1:$#-1}" \
    python3 -I -S -c "$in_bucket"$'\n'"$export_parts_py" "${@: -1}" "$bundle"
}

step read-manifest
require_own_site
interruptible restore manifest "$manifest"
backed_up=$(restore field "$manifest" database)

step bundle-database
export_part database.sql --without-names "$backed_up" database

step bundle-files
export_part files.tar files

step bundle-config
export_part site_config.json config

step write-bundle
check_claim
interruptible python3 -I -S -c "$in_bucket"$'\n'"$export_parts_py" bundle "$bundle" >"$scratch/bytes"
bytes=$(<"$scratch/bytes")
[[ $bytes =~ ^[0-9]+$ ]] || fail "the bundle's size is missing"
# shellcheck disable=SC2034 # leave_message has it
result="{\"bytes\":$bytes}"
echo "the bundle of the backup $BACKUP_ID has $bytes bytes"
