#!/usr/bin/env bash
# Dumps every database and every user of the MariaDB into files, compressed. Files and their order:
#
#   NAME.database.sql.gz   a database: its tables, sequences, views, triggers, events and routines
#   NAME.user.sql.gz       a user at all its hosts, with what it may do
#   SHA256SUMS             the checksum of each of them
#   COMPLETE               the checksum of SHA256SUMS: written last, so what has it is whole
#
# The administrator's password is never on a command line.
set -euo pipefail
shopt -s inherit_errexit

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# shellcheck source=terraform/cluster/chart/files/connection.sh
. "${BASH_SOURCE[0]%/*}/connection.sh"

sql() {
  printf '%s\n' "$1" | mariadb "${connection[@]}" --connect-timeout=20 --batch --raw --skip-column-names
}

# A name becomes a file's, so it has only what a file's name may have.
require_plain() {
  [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "the name \"$1\" cannot be a file's; nothing is dumped"
}

dump_database() {
  mariadb-dump "${connection[@]}" --single-transaction --quick --hex-blob --routines --triggers --events \
    --default-character-set=utf8mb4 --databases "$1" | gzip >"$1.database.sql.gz"
  # It says so itself when it has come to the end.
  [[ $(gzip --decompress --stdout "$1.database.sql.gz" | tail --lines=1) == "-- Dump completed"* ]] ||
    fail "the dump of $1 has no end"
}

# As MariaDB itself says how this user is made. The password comes as its hash.
dump_user() {
  local host hosts
  hosts=$(sql "SELECT host FROM mysql.user WHERE user = '$1' ORDER BY host")
  while IFS= read -r host; do
    local account="'$1'@'${host//\'/\'\'}'"
    sql "SHOW CREATE USER $account" | sed 's/^CREATE USER /CREATE OR REPLACE USER /; s/$/;/'
    sql "SHOW GRANTS FOR $account" | sed 's/$/;/'
  done <<<"$hosts" | gzip >"$1.user.sql.gz"
}

rm -rf -- "$DUMP"
mkdir -p -- "$DUMP"
cd -- "$DUMP"

# What is MariaDB's own, or the administrator's, every server has already.
databases=$(sql "SELECT schema_name FROM information_schema.schemata
  WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY schema_name")
users=$(sql "SELECT DISTINCT user FROM mysql.user WHERE is_role = 'N'
  AND user NOT IN ('', 'root', 'mysql', 'mariadb.sys', 'healthcheck', SUBSTRING_INDEX(USER(), '@', 1)) ORDER BY user")

count=0
while IFS= read -r name; do
  [[ -n $name ]] || continue
  require_plain "$name"
done <<<"$databases"$'\n'"$users"
while IFS= read -r name; do
  [[ -n $name ]] || continue
  dump_database "$name"
  count=$((count + 1))
done <<<"$databases"
while IFS= read -r name; do
  [[ -n $name ]] || continue
  dump_user "$name"
done <<<"$users"

shopt -s nullglob
files=(*.sql.gz)
if ((${#files[@]} > 0)); then sha256sum -- "${files[@]}" >SHA256SUMS; else : >SHA256SUMS; fi
sha256sum -- SHA256SUMS >COMPLETE.new
mv -f -- COMPLETE.new COMPLETE
echo "dumped $count databases, $(du --summarize --human-readable . | cut --fields=1)"
