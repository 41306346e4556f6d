# Dumps one user, for dump.sh, which sources this: at each of its hosts, as MariaDB itself says how it is made.
# The password comes as its hash; whether it is locked comes too.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

# describe ACCOUNT IS_ROLE: what makes it.
describe() {
  local made
  if [[ $2 == Y ]]; then
    printf 'CREATE OR REPLACE ROLE %s;\n' "$1"
  else
    made=$(sql "SHOW CREATE USER $1") || return 1
    sed 's/^CREATE USER /CREATE OR REPLACE USER /; s/$/;/' <<<"$made"
  fi
  made=$(sql "SHOW GRANTS FOR $1") || return 1
  printf '%s;\n' "${made//$'\n'/$';\n'}"
}

# dump_user HEX
dump_user() {
  local file accounts listed hex is_role account
  file=$(file_of "$1")
  if ((${#file} > 200)); then
    note user "${file:0:100}..." "all of it" "its name is too long for a file's"
    return
  fi
  accounts="SELECT HEX(CONCAT(QUOTE(user), IF(is_role = 'Y', '', CONCAT('@', QUOTE(host))))), is_role
    FROM mysql.user WHERE user = _utf8mb3 X'$1' ORDER BY host"
  listed=$(sql "$accounts")
  : >user
  while read -r hex is_role; do
    # Dropped meanwhile.
    [[ -n $hex ]] || continue
    decode "$hex" account
    if describe "$account" "$is_role" >one 2>"$login/errors"; then
      cat one >>user
    elif is_there "$hex"$'\t'"$is_role" "$accounts"; then
      note user "$file" "$(file_of "$hex")" "$(why)"
    fi
  done <<<"$listed"
  if [[ -s user ]]; then gzip <user >"$file.user.sql.gz"; fi
  rm -f one user
}
