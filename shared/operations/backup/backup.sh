# Backs a site up into the bucket: its database, its files and its configuration, and a manifest last. What has no manifest
# is no backup. Nothing of the site is changed, whether it is suspended or not, and none of the apps' code runs, for it has
# the administrator's credentials.

require BACKUP_ID "$uuid"
require BACKUP_KIND 'nightly|manual|before-upgrade|before-purge'
require BACKUP_EXPIRES_AT '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z'
require BACKUP_BUCKET '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]'
require BACKUP_ENDPOINT 'https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?'
require BACKUP_KEY '[0-9a-f]{64}'

parts=$scratch/parts
tables=$scratch/tables
TZ=UTC0 printf -v MADE_AT '%(%Y-%m-%dT%H:%M:%SZ)T' -1
export MADE_AT
: >"$parts"
: >"$tables"

# backup COMMAND ARGUMENT…: of backup_parts.py, which says its failures on stderr.
backup() {
  python3 -I -S -c "$bucket_py"$'\n'"$backup_format_py"$'\n'"$compression_py"$'\n'"$dump_rows_py"$'\n'"$backup_parts_py" "$@"
}

# Sets `bytes` to what such a command says the backup has, or to nothing.
backup_bytes() {
  interruptible backup "$@" >"$scratch/bytes"
  bytes=$(<"$scratch/bytes")
}

# finish BYTES: the backup is there, and has so many.
finish() {
  [[ $1 =~ ^[0-9]+$ ]] || fail "the backup's size is missing"
  result="{\"bytes\":$1}"
  echo "the backup $BACKUP_ID has $1 bytes"
}

# ask STATEMENTS: sets `rows` to what they give, with nothing for those that fail. A table may go at any moment.
ask() {
  interruptible timeout --foreground 300 mariadb --defaults-file="$scratch/administrator.cnf" \
    --batch --skip-column-names --force <<<"$1" >"$scratch/rows" || true
  rows=$(<"$scratch/rows")
  : >"$words"
}

# The statements that count the tables which are counted quickly.
name_tables() {
  sql "SELECT HEX(table_name), 'estimated', COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_schema = '$DB_NAME' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED');"
  printf '%s' "${rows:+$rows$'\n'}" >>"$tables"
  # shellcheck disable=SC2016 # a table's name
  sql "SELECT CONCAT('SELECT ''', HEX(table_name), ''', ''AS'', COUNT(*) FROM \`', table_schema, '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\`;') FROM information_schema.tables WHERE table_schema = '$DB_NAME' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND COALESCE(table_rows, 0) <= 100000 AND table_name NOT REGEXP '[[:cntrl:]]|[\\\\\\\\]';"
  counting=$rows
}

# count_rows before|after
count_rows() {
  [[ -n $counting ]] || return 0
  ask "${counting//\'AS\'/\'$1\'}"
  printf '%s' "${rows:+$rows$'\n'}" >>"$tables"
}

# What the server takes at once may be less than what it holds: of what is binary, a dump has two digits for each byte.
store_database() {
  sql "SELECT @@max_allowed_packet;"
  attempt backup part database.sql "$parts" --ends "-- Dump completed" --packet "$rows" \
    mariadb-dump --defaults-file="$scratch/administrator.cnf" "${dump_options[@]}" "$DB_NAME"
}

# What is the same gives the same archive. A file that somebody writes meanwhile is as it is (1). One that has two names is there
# twice, for an export divides the archive.
store_files() {
  local folder folders=(--files-from=/dev/null)
  for folder in public/files private/files; do
    ! exists "$site_directory/$folder" || folders+=("$folder")
  done
  attempt backup part files.tar "$parts" --may-end 1 \
    tar --create --directory="$site_directory" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner \
    --hard-dereference \
    "${folders[@]}"
}

# With the key by which the site's passwords are encrypted. One that is torn at this moment is in the copy, whole.
store_config() {
  local config=$site_directory/site_config.json
  python3 -I -S -c 'import json, sys; json.load(open(sys.argv[1]))["db_name"]' "$config" 2>/dev/null || config=$config_copy
  attempt backup part site_config.json "$parts" cat -- "$config"
}

step look-for-manifest
require_own_site
backup_bytes look
if [[ -n $bytes ]]; then
  echo "the backup is made already"
  finish "$bytes"
  exit 0
fi

step dump-database
sql "SELECT VERSION();"
mariadb_version=$rows
ask "SELECT defvalue FROM $DB_NAME.tabDefaultValue WHERE parent = '__global' AND defkey = 'installed_apps';"
printf '%s' "$rows" >"$scratch/apps"
name_tables
count_rows before
store_database
count_rows after

step archive-files
store_files

step copy-config
store_config

step write-manifest
check_claim
backup_bytes manifest "$parts" "$tables" "$scratch/apps" "$mariadb_version"
finish "$bytes"
