# Dumps one database, for dump.sh, which sources this. Its tables and what it has beside them are read apart, so
# that a view that cannot be read hinders no table, and are restored apart, so that each finds what it needs.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

# How each part is read. The definition of a view is all that is read of it.
# No locks in it: filling a table may take numbers from a sequence, which would have to be locked too.
tables_options=(--dump-history --skip-add-locks --skip-triggers --databases)
code_options=(--no-data --no-create-info --no-create-db --add-drop-trigger)
view_options=(--no-data --skip-triggers)

# Why the last run has failed, in one line.
why() {
  local line
  line=$(tail --lines=1 "$login/errors")
  line=${line#mariadb-dump: }
  printf '%s' "${line:0:300}"
}

# append FILE ARGUMENT…: one run of mariadb-dump, behind what the file has, if it was whole.
append() {
  local file=$1 ended=(0 0)
  shift
  mariadb-dump "${connection[@]}" --single-transaction --quick --hex-blob --default-character-set=utf8mb4 \
    "$@" 2>"$login/errors" | gzip >part 2>"$login/written" || ended=("${PIPESTATUS[@]}")
  # A full disk is no database's fault.
  ((ended[1] == 0)) || fail "the dump cannot be written: $(tail --lines=1 "$login/written")"
  ((ended[0] == 0)) || return 1
  # It says so itself when it has come to the end.
  if [[ $(gzip --decompress --stdout part | tail --lines=1) != "-- Dump completed"* ]]; then
    echo "the dump of $reading has no end" >"$login/errors"
    return 1
  fi
  cat part >>"$file" || fail "the dump cannot be written"
}

# A server that is restarted is waited for; what it was doing is then done again, or counted as missing.
await_server() {
  local try
  for ((try = 0; try < 60; try++)); do
    if sql "SELECT 1" >"$login/answer" 2>&1; then return; fi
    sleep 2
  done
  fail "the server does not answer: $(tail --lines=1 "$login/answer"); the dump has no end"
}

# twice FILE ARGUMENT…: a table that is altered meanwhile fails once.
twice() {
  append "$@" && return
  await_server
  append "$@"
}

# hex_names CONDITION: of the database's tables and views.
hex_names() {
  sql "SELECT HEX(table_name) FROM information_schema.tables WHERE table_schema = $schema AND $1 ORDER BY table_name"
}

# Sets `ignored` to the options that leave out tables or views: HEX…
ignore() {
  local hex table
  for hex in "$@"; do
    decode "$hex" table
    ignored+=("--ignore-table=$name.$table")
  done
}

# The tables, all of one moment; else those that can be read.
dump_tables() {
  local file=$1 hex tables table
  twice "$file.database" "${tables_options[@]}" "${ignored[@]}" -- "$name" && return
  printf '%s\n' "$(why)"
  # Reading it ends the server: it is not read again and again.
  if ! sql "SELECT 1" >"$login/answer" 2>&1; then
    note database "$file" "its tables" "$(why)"
    await_server
    return
  fi
  if append "$file.database" "${tables_options[@]:1}" "${ignored[@]}" -- "$name"; then
    note database "$file" "the history of its tables" "mariadb-dump cannot read it"
    return
  fi
  tables=$(hex_names "table_type <> 'VIEW'")
  for hex in $tables; do
    decode "$hex" table
    if ! append /dev/null --skip-triggers -- "$name" "$table"; then
      note database "$file" "table $(file_of "$hex")" "$(why)"
      ignore "$hex"
      await_server
    fi
  done
  append "$file.database" "${tables_options[@]}" "${ignored[@]}" -- "$name" ||
    append "$file.database" "${tables_options[@]:1}" "${ignored[@]}" -- "$name" ||
    note database "$file" "its tables" "$(why)"
}

# Triggers, routines and events; if they cannot be read together, each kind by itself.
dump_code() {
  local file=$1 kind
  twice "$file.objects" "${code_options[@]}" --triggers --routines --events "${ignored[@]}" -- "$name" && return
  for kind in triggers routines events; do
    local options=(--skip-triggers "--$kind")
    if [[ $kind == triggers ]]; then options=(--triggers); fi
    append "$file.objects" "${code_options[@]}" "${options[@]}" "${ignored[@]}" -- "$name" ||
      note database "$file" "its $kind" "$(why)"
  done
}

dump_views() {
  local file=$1 hex view
  shift
  for hex in "$@"; do
    decode "$hex" view
    twice "$file.objects" "${view_options[@]}" -- "$name" "$view" && continue
    if is_there "$hex" "SELECT HEX(table_name) FROM information_schema.views WHERE table_schema = $schema"; then
      note database "$file" "view $(file_of "$hex")" "$(why)"
    fi
  done
}

# Gives the files the names by which they are known, or removes them, where the database is not there any more.
settle() {
  local file=$1 as=sql.gz part
  if [[ -f MISSING ]] && grep --quiet --fixed-strings -- "database $file"$'\t' MISSING; then
    as=incomplete.sql.gz
    if ! is_there "$2" "$all_databases"; then
      echo "the database $file was dropped meanwhile"
      rm -f -- "$file.database" "$file.objects"
      # Nothing of it is missing then.
      sed --in-place "/^database ${file//./\\.}\t/d" MISSING
      [[ -s MISSING ]] || rm MISSING
    fi
  fi
  for part in database objects; do
    [[ ! -f $file.$part ]] || mv -- "$file.$part" "$file.$part.$as"
  done
}

# dump_database HEX
dump_database() {
  local file schema="_utf8mb3 X'$1'" name views reading ignored=()
  file=$(file_of "$1")
  reading=$file
  decode "$1" name
  views=$(hex_names "table_type = 'VIEW'")
  # shellcheck disable=SC2086 # One word each.
  ignore $views
  dump_tables "$file"
  dump_code "$file"
  # shellcheck disable=SC2086
  dump_views "$file" $views
  settle "$file" "$1"
  rm -f part
}
