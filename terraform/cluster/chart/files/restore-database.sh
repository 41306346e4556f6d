# Brings the databases' tables back, with what they hold, for restore.sh, which sources this. A table that cannot
# be made or filled stops no other.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

# restore_database FILE: leaves in the file of errors where something went wrong, without what was said: it may
# be what a tenant keeps.
restore_database() {
  local name
  name_of "$1" name
  if client <<<"DROP DATABASE IF EXISTS \`${name//\`/\`\`}\`;" 2>"$login/said"; then
    unpack "$1.database.${suffix[$1]}" | client --force 2>&1 >"$login/answer" | errors ||
      echo "ERROR: a part of it cannot be read" >>"$login/errors"
  else
    errors <"$login/said"
  fi
}

errors() {
  { grep --only-matching '^ERROR [^:]*' || true; } >"$login/errors"
}

# A table may take its numbers from another database's sequence: what fails is tried once more after all others.
restore_databases() {
  local file line again=()
  for file in "${databases[@]}"; do
    echo "restoring the database $file"
    restore_database "$file"
    if [[ -s $login/errors ]]; then again+=("$file"); fi
  done
  for file in "${again[@]}"; do
    restore_database "$file"
    # The first of what may be many.
    while IFS= read -r line; do failures+=("the database $file: its tables: $line"); done < <(head --lines=5 "$login/errors")
  done
}
