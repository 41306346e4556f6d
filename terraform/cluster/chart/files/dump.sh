#!/usr/bin/env bash
# Dumps every database and every user of the MariaDB into files, compressed:
#
#   NAME.database.sql.gz   a database: its tables and sequences, with what they hold
#   NAME.objects.sql.gz    what it has beside them: routines, triggers, events, views
#   NAME.user.sql.gz       a user (or a role) at all its hosts, with what it may do
#   MISSING                what could not be read, where something could not: see below
#   SHA256SUMS             the checksum of each of them
#   COMPLETE               the checksum of SHA256SUMS: written last, so what has it is whole
#
# What is wrong with one database or user stops no other. What can be read of such a database is dumped under
# other names, NAME.database.incomplete.sql.gz and NAME.objects.incomplete.sql.gz; MISSING says in a line each
# whose it is, what is not there and why; and the end marker is INCOMPLETE, never COMPLETE. Only where the
# server itself does not answer, or where of all databases nothing can be read, it fails.
#
# The administrator's password is never on a command line.
set -euo pipefail
shopt -s inherit_errexit nullglob

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

here=${BASH_SOURCE[0]%/*}
connection=()
# shellcheck source=/dev/null
. "$here/connection.sh"
# shellcheck source=/dev/null
. "$here/names.sh"
# shellcheck source=/dev/null
. "$here/dump-database.sh"
# shellcheck source=/dev/null
. "$here/dump-user.sh"

# Each row a line, its columns as they are.
sql() {
  printf '%s\n' "$1" | mariadb "${connection[@]}" --connect-timeout=20 --default-character-set=utf8mb4 \
    --batch --raw --skip-column-names
}

# is_there HEX FROM: whether the name is in a list that the server is asked for again.
is_there() {
  local now
  now=$(sql "$2") || fail "the server does not answer; the dump has no end"
  [[ $'\n'$now$'\n' == *$'\n'"$1"$'\n'* ]]
}

# note KIND FILE WHAT WHY: what the dump does not have.
note() {
  local line
  line=$(printf '%s %s\t%s: %s' "$1" "$2" "$3" "$4" | tr '\000-\010\012-\037' ' ')
  printf '%s\n' "${line:0:1000}" >>MISSING
  printf 'the %s %s is not whole: %s: %s\n' "$1" "$2" "$3" "$4"
}

rm -rf -- "$DUMP"
mkdir -p -- "$DUMP"
cd -- "$DUMP"

# What is MariaDB's own, or the administrator's, every server has already.
all_databases="SELECT HEX(schema_name) FROM information_schema.schemata
  WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY schema_name"
all_users="SELECT DISTINCT HEX(user) FROM mysql.user WHERE user NOT IN ('', 'root', 'mysql', 'mariadb.sys',
  'healthcheck', SUBSTRING_INDEX(USER(), '@', 1)) AND NOT (is_role = 'Y' AND user = 'PUBLIC') ORDER BY user"
databases=$(sql "$all_databases")
users=$(sql "$all_users")

for hex in $databases; do dump_database "$hex"; done
for hex in $users; do dump_user "$hex"; done

whole=(*.database.sql.gz)
partial=(*.incomplete.sql.gz)
# No single database's fault, and nothing that were worth keeping.
[[ -z $databases || ! -f MISSING ]] || ((${#whole[@]} + ${#partial[@]} > 0)) || fail "no database could be dumped"

files=(*.sql.gz)
marker=COMPLETE
if [[ -f MISSING ]]; then
  files+=(MISSING)
  marker=INCOMPLETE
fi
if ((${#files[@]} > 0)); then sha256sum -- "${files[@]}" >SHA256SUMS; else : >SHA256SUMS; fi
sha256sum -- SHA256SUMS >"$marker.new"
mv -f -- "$marker.new" "$marker"
echo "dumped ${#whole[@]} databases, $(du --summarize --human-readable . | cut --fields=1)"
if [[ -f MISSING ]]; then
  echo "the dump is not whole; it lacks of:"
  cat MISSING
fi
