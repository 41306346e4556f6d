# Brings the databases' tables back, with what they hold, for restore.sh, which sources this. A table that cannot
# be made or filled stops no other.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

# Row by row, what a system-versioned table had. Before MariaDB 11.5 the end of what still holds is the last moment
# of 32 bits with a sign, and from then on without one; a later server takes the former for the past, and the
# table would be empty. for_server VERSION: a dump's text for it.
for_server() {
  local major minor
  IFS=. read -r major minor _ <<<"$1"
  if ((major * 100 + minor < 1105)); then
    cat
  else
    sed '/ SET @old_system_versioning_insert_history=/,/ SET system_versioning_insert_history=@old/ '"s/'2038-01-19 03:14:07.999999'/'2106-02-07 06:28:15.999999'/g"
  fi
}

# restore_database FILE: leaves in the file of errors where something went wrong, without what was said: it may
# be what a tenant keeps.
restore_database() {
  local name
  name_of "$1" name
  if client <<<"DROP DATABASE IF EXISTS \`${name//\`/\`\`}\`;" 2>"$login/said"; then
    unpack "$1.database.${suffix[$1]}" | for_server "$version" | client --force 2>&1 >"$login/answer" | errors ||
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
  local file line version again=()
  version=$(client <<<"SELECT VERSION();")
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
