# Brings back what depends on something else, for restore.sh, which sources this: views may stand on views, also
# of other databases, and be readable only for who made them; what users may do with one of them wants it to be
# there. So all of it is brought again and again, for as long as that leaves fewer errors.
# shellcheck disable=SC2154 # Some is set by who sources this.
set -euo pipefail

# Sets `left` to what went wrong, a line each. Each object that was there is made anew.
bring_all() {
  local file name
  left=()
  for file in "${databases[@]}"; do
    # Dumps of former versions have all in one file; and a database that has failed has none.
    [[ -f $file.objects.${suffix[$file]} && $missing_databases != *$'\n'"$file"$'\n'* ]] || continue
    name_of "$file" name
    unpack "$file.objects.${suffix[$file]}" | client --force --database="$name" 2>"$login/errors" || true
    remember "the database $file"
  done
  for file in "${users[@]}"; do
    late_grants "$file" | client --force 2>"$login/errors" || true
    remember "the user $file"
  done
}

# Says which object it was: the client shows what it could not do, and then why.
remember() {
  local line what=""
  while IFS= read -r line; do
    case $line in
      "ERROR "*) left+=("$1: ${what:-it}: ${line:0:300}") what="" ;;
      *) [[ ! $line =~ (VIEW|FUNCTION|PROCEDURE|TRIGGER|EVENT|PACKAGE|GRANT|ROLE)\ .{1,140} ]] || what=${what:-${BASH_REMATCH[0]}} ;;
    esac
  done <"$login/errors"
}

# A view or routine is run as who made it. Where that user is in the dump, but neither here nor asked for, it is
# made: locked, without a password, and with this database alone. Sets `made` to how many.
make_definers() {
  local file name database sql rows user account
  made=0
  for file in "${databases[@]}"; do
    name_of "$file" name
    sql="_utf8mb3 X'$(hex_of "$name")'"
    rows=$(client <<<"SELECT HEX(user), HEX(CONCAT(QUOTE(user), '@', QUOTE(host))) FROM (
      SELECT LEFT(definer, CHAR_LENGTH(definer) - LOCATE('@', REVERSE(definer))) AS user, SUBSTRING_INDEX(definer, '@', -1) AS host
      FROM (SELECT definer FROM information_schema.views WHERE table_schema = $sql
        UNION SELECT definer FROM information_schema.routines WHERE routine_schema = $sql
        UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema = $sql
        UNION SELECT definer FROM information_schema.events WHERE event_schema = $sql) AS objects) AS definers
      WHERE host <> '' AND HEX(user) NOT IN (SELECT HEX(user) FROM mysql.user);")
    database=${name//\`/\`\`}
    database=${database//_/\\_}
    while read -r user account; do
      [[ -n $user && -f $(file_of "$user").user.sql.gz ]] || continue
      decode "$account" account
      echo "making $(file_of "$user"), locked, for what it has defined in $file"
      client <<<"CREATE USER $account IDENTIFIED VIA mysql_native_password USING 'invalid' ACCOUNT LOCK;
        GRANT ALL PRIVILEGES ON \`${database//%/\\%}\`.* TO $account;"
      made=$((made + 1))
    done <<<"$rows"
  done
}

restore_objects() {
  local before=-1 left made missing_databases
  # Without its database there is nothing to bring into.
  missing_databases=$'\n'$(client <<<"SELECT HEX(schema_name) FROM information_schema.schemata;" | without_those)$'\n'
  while :; do
    bring_all
    make_definers
    if ((made == 0)) && ((${#left[@]} == 0 || ${#left[@]} == before)); then break; fi
    before=${#left[@]}
  done
  failures+=("${left[@]}")
}

# Of `databases` those that are not among the lines of hexadecimal digits.
without_those() {
  local there file name
  there=$'\n'$(cat)$'\n'
  for file in "${databases[@]}"; do
    name_of "$file" name
    [[ $there == *$'\n'"$(hex_of "$name")"$'\n'* ]] || printf '%s\n' "$file"
  done
}
