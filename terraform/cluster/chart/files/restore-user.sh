# Brings the users back, for restore.sh, which sources this: before the databases, for what these hold may be
# theirs. First who there is, then what each may do with all or with whole databases. What it may do with
# single tables or routines, or through others, waits for these: restore-objects.sh.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

creates='^CREATE OR REPLACE (USER|ROLE) '
# shellcheck disable=SC2016 # These are no commands.
on_databases=' ON (\*|`(``|[^`])*`)\.\* TO '

# Errors without what was said: it may be a password's hash.
complain() {
  local line
  while IFS= read -r line; do
    failures+=("the user $1: $line")
  done < <(grep --only-matching '^ERROR [^:]*' "$login/errors")
}

# lock_as_before HEX: the accounts that are locked now stay so: a suspended tenant's is not let in by this.
lock_as_before() {
  client <<<"SELECT CONCAT('ALTER USER IF EXISTS ', QUOTE(user), '@', QUOTE(host), ' ACCOUNT LOCK;') FROM mysql.global_priv
    WHERE user = _utf8mb3 X'$1' AND JSON_VALUE(priv, '$.account_locked') = 1;"
}

create_user() {
  local name locks
  name_of "$1" name
  locks=$(lock_as_before "$(hex_of "$name")")
  { unpack "$1.user.sql.gz" | sed --regexp-extended --quiet "/$creates/p"; printf '%s\n' "$locks"; } |
    client --force 2>"$login/errors" || true
}

restore_users() {
  local file
  for file in "${users[@]}"; do
    echo "restoring the user $file"
    create_user "$file"
    complain "$file"
  done
  for file in "${users[@]}"; do
    unpack "$file.user.sql.gz" | sed --regexp-extended --quiet "/$creates/d; /$on_databases/p" |
      client --force 2>"$login/errors" || true
    complain "$file"
  done
}

# late_grants FILE: the rest of what the user may do.
late_grants() {
  unpack "$1.user.sql.gz" | sed --regexp-extended "/$creates/d; /$on_databases/d"
}
