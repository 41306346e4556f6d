#!/usr/bin/env bash
# Brings a dump back into a MariaDB: all of it, or with DATABASE set only this database and the user of
# the same name, as a tenant has them.
#
# First it looks at everything: whether the dump is whole and as it was written, and whether there is
# anything of what it would bring. If there is, it refuses, unless OVERWRITE is yes. Only then it changes
# anything. A database is replaced as a whole: what it had meanwhile is lost.
set -euo pipefail
shopt -s inherit_errexit nullglob

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# shellcheck source=terraform/cluster/chart/files/connection.sh
. "${BASH_SOURCE[0]%/*}/connection.sh"

client() {
  mariadb "${connection[@]}" --connect-timeout=20 --batch --skip-column-names --default-character-set=utf8mb4
}

verify_dump() {
  cd -- "$DUMP"
  [[ -f COMPLETE && -f SHA256SUMS ]] || fail "the dump is not whole: its end marker is missing; nothing is changed"
  sha256sum --check --status -- COMPLETE || fail "the list of checksums is not the one that was written; nothing is changed"
  local files=(*.sql.gz) listed
  listed=$(wc --lines <SHA256SUMS)
  ((${#files[@]} == listed)) || fail "the dump has ${#files[@]} files and not $listed; nothing is changed"
  # Given no line at all, sha256sum would complain.
  ((listed == 0)) || sha256sum --check --status --strict -- SHA256SUMS ||
    fail "a file of the dump is not as it was written; nothing is changed"
}

# Sets `databases` and `users` to the names that are to be brought.
choose() {
  if [[ -n ${DATABASE-} ]]; then
    [[ $DATABASE =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ && -f $DATABASE.database.sql.gz ]] ||
      fail "the dump has no database \"$DATABASE\"; nothing is changed"
    databases=("$DATABASE")
    users=()
    if [[ -f $DATABASE.user.sql.gz ]]; then users=("$DATABASE"); fi
  else
    databases=(*.database.sql.gz)
    databases=("${databases[@]%.database.sql.gz}")
    users=(*.user.sql.gz)
    users=("${users[@]%.user.sql.gz}")
  fi
}

refuse_what_is_there() {
  local there name
  there=$(client <<<"SELECT CONCAT('database ', schema_name) FROM information_schema.schemata
    UNION SELECT CONCAT('user ', user) FROM mysql.user;")
  for name in "${databases[@]/#/database }" "${users[@]/#/user }"; do
    if [[ $'\n'$there$'\n' == *$'\n'"$name"$'\n'* ]]; then
      fail "there is a $name already; with OVERWRITE=yes it is replaced; nothing is changed"
    fi
  done
}

verify_dump
choose
case ${OVERWRITE-no} in
  yes) ;;
  no | "") refuse_what_is_there ;;
  *) fail "OVERWRITE must be yes or no; nothing is changed" ;;
esac

for name in "${databases[@]}"; do
  echo "restoring the database $name"
  client <<<"DROP DATABASE IF EXISTS \`$name\`;"
  gzip --decompress --stdout "$name.database.sql.gz" | client
done
for name in "${users[@]}"; do
  echo "restoring the user $name"
  gzip --decompress --stdout "$name.user.sql.gz" | client
done
echo "restored ${#databases[@]} databases and ${#users[@]} users"
