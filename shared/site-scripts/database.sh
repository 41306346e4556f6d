# The tenant's database and user, worked on with the administrator's credentials. Database and user
# have the same name, of letters and digits only: in a GRANT an underscore would be a wildcard.

require DB_NAME '[a-z0-9]{1,64}'

# sql STATEMENTS: runs them as the administrator. What goes wrong is remembered for the message.
sql() {
  printf '%s\n' "$1" | MYSQL_PWD=$DB_ROOT_PASSWORD mariadb \
    --no-defaults --protocol=tcp --host="$DB_HOST" --port="$DB_PORT" --user="$DB_ROOT_USERNAME" \
    --connect-timeout=20 --batch --skip-column-names 2>"$words" || {
    local status=$?
    cat -- "$words" >&2
    return "$status"
  }
}

sql_string() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

# What there is of the tenant: a line `database` if its database is there, and `user HOST` for each host
# at which its user may log in.
what_is_left() {
  sql "SELECT 'database' FROM information_schema.schemata WHERE schema_name = '$DB_NAME'
UNION ALL SELECT CONCAT('user ', host) FROM mysql.user WHERE user = '$DB_NAME';"
}

drop_database() {
  local left line statements="DROP DATABASE IF EXISTS $DB_NAME;"
  left=$(what_is_left)
  while IFS= read -r line; do
    [[ $line == "user "* ]] || continue
    statements+=$'\n'"DROP USER IF EXISTS '$DB_NAME'@$(sql_string "${line#user }");"
  done <<<"$left"
  sql "$statements"
}

create_database() {
  sql "CREATE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER '$DB_NAME'@'%' IDENTIFIED BY $(sql_string "$DB_PASSWORD");
GRANT ALL PRIVILEGES ON $DB_NAME.* TO '$DB_NAME'@'%';"
}
