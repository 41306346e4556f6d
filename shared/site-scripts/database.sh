# The tenant's database and user, worked on with the administrator's credentials. Database and user
# have the same name, of letters and digits only: in a GRANT an underscore would be a wildcard.

require DB_NAME '[a-z0-9]{1,64}'

# sql STATEMENTS: runs them as the administrator, in bounded time.
sql() {
  printf '%s\n' "$1" | MYSQL_PWD=$DB_ROOT_PASSWORD timeout 300 mariadb \
    --no-defaults --protocol=tcp --host="$DB_HOST" --port="$DB_PORT" --user="$DB_ROOT_USERNAME" \
    --connect-timeout=20 --batch --skip-column-names
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

# First the user, then its sessions, which a dead Pod may have left with a lock on the database.
drop_database() {
  local left line statements='SET lock_wait_timeout = 60;'
  left=$(what_is_left)
  while IFS= read -r line; do
    [[ $line == "user "* ]] || continue
    statements+=$'\n'"DROP USER IF EXISTS '$DB_NAME'@$(sql_string "${line#user }");"
  done <<<"$left"
  sql "$statements
KILL USER $DB_NAME;
DROP DATABASE IF EXISTS $DB_NAME;"
}

create_database() {
  sql "CREATE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER '$DB_NAME'@'%' IDENTIFIED BY $(sql_string "$DB_PASSWORD");
GRANT ALL PRIVILEGES ON $DB_NAME.* TO '$DB_NAME'@'%';"
}
