#!/usr/bin/env bash
# Brings a dump back into a MariaDB: all of it, or with DATABASE set only this database and the user of
# the same name, as a tenant has them.
#
# First it looks at everything: whether the dump is whole and as it was written, and whether there is
# anything of what it would bring. If there is, it refuses, unless OVERWRITE is yes. What the dump has only in
# part it brings only where INCOMPLETE is yes. Only then it changes anything. A database is replaced as a
# whole: what it had meanwhile is lost.
#
# First come the users, then all tables, then what depends on others: views, routines, triggers, events, and
# what users may do with single ones of them. What fails stops nothing else; it is named at the end, which is
# then a failure.
set -euo pipefail
shopt -s inherit_errexit nullglob

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

here=${BASH_SOURCE[0]%/*}
connection=()
databases=()
users=()
# shellcheck disable=SC2034 # For the files below.
declare -A suffix=()
# shellcheck source=/dev/null
. "$here/connection.sh"
# shellcheck source=/dev/null
. "$here/names.sh"
# shellcheck source=/dev/null
. "$here/restore-checks.sh"
# shellcheck source=/dev/null
. "$here/restore-user.sh"
# shellcheck source=/dev/null
. "$here/restore-database.sh"
# shellcheck source=/dev/null
. "$here/restore-objects.sh"

# shellcheck disable=SC2120 # The files above give options.
client() {
  mariadb "${connection[@]}" --connect-timeout=20 --batch --raw --skip-column-names --default-character-set=utf8mb4 "$@"
}

unpack() {
  gzip --decompress --stdout -- "$1"
}

# What could not be brought, a line each.
failures=()

verify_dump
choose
case ${INCOMPLETE-no} in
  yes) ;;
  no | "") refuse_what_is_partial ;;
  *) fail "INCOMPLETE must be yes or no; nothing is changed" ;;
esac
case ${OVERWRITE-no} in
  yes) ;;
  no | "") refuse_what_is_there ;;
  *) fail "OVERWRITE must be yes or no; nothing is changed" ;;
esac

restore_users
restore_databases
restore_objects

if ((${#failures[@]} > 0)); then
  echo "not restored:"
  printf '%s\n' "${failures[@]}"
  fail "of ${#databases[@]} databases and ${#users[@]} users not everything could be restored; see above"
fi
if [[ -f MISSING ]]; then
  echo "what the dump itself does not have:"
  cat MISSING
fi
echo "restored ${#databases[@]} databases and ${#users[@]} users"
