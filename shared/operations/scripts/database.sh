# The tenant's database and user, worked on with the administrator's credentials. Database and user
# have the same name, of letters and digits only: in a GRANT an underscore would be a wildcard.

login "$scratch/administrator.cnf" "$DB_ROOT_USERNAME" "$DB_ROOT_PASSWORD"

# sql STATEMENTS: runs them as the administrator.
sql() {
  query administrator "$1"
}

# together STATEMENTS [GUARD]: as one, so that a guard before them ends all.
together() {
  [[ -n $1 ]] || return 0
  sql "DELIMITER //
BEGIN NOT ATOMIC
${2-}
$1END//
DELIMITER ;"
}

sql_string() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

# Sets `rows` to what there is of the tenant: a line `database` if its database is there, and `user HOST`
# for each host at which its user may log in.
look_what_is_left() {
  sql "SELECT 'database' FROM information_schema.schemata WHERE schema_name = '$DB_NAME'
UNION ALL SELECT CONCAT('user ', host) FROM mysql.user WHERE user = '$DB_NAME';"
}

# for_each_user BEFORE AFTER: sets `statements` to BEFORE 'user'@'host' AFTER; for the user at every host.
for_each_user() {
  local line
  look_what_is_left
  statements=
  while IFS= read -r line; do
    [[ $line != "user "* ]] ||
      statements+="$1 '$DB_NAME'@$(sql_string "${line#user }") $2;"$'\n'
  done <<<"$rows"
}

# First the user, then its sessions, which a dead Pod may have left with a lock on the database.
drop_database() {
  for_each_user "DROP USER IF EXISTS" ""
  sql "SET lock_wait_timeout = 60;
${statements}KILL USER $DB_NAME;
DROP DATABASE IF EXISTS $DB_NAME;"
}

# name_databases: sets `names` to those of all of the tenant's databases and users. The first one is called as the site; a
# restore makes one of that name with an r and a number behind it, and the test of one likewise with a t.
name_databases() {
  sql "SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP BINARY '^$SITE([rt][0-9]+)?\$';
SELECT user FROM mysql.user WHERE user REGEXP BINARY '^$SITE([rt][0-9]+)?\$';"
  names=$(sort -u <<<"$rows")
}

# drop_databases: all of the tenant's. The first one also where nothing is left but sessions. A restore that goes on meanwhile makes
# none once their users are gone. What it has made before that, and after the first look, the second one finds.
drop_databases() {
  local names name
  name_databases
  for name in "$SITE" $names; do DB_NAME=$name drop_database; done
  name_databases
  for name in $names; do DB_NAME=$name drop_database; done
}

# end_sessions DATABASE: of whoever works in it. Any one of them may end by itself meanwhile.
end_sessions() {
  local session
  sql "SELECT id FROM information_schema.processlist WHERE db = '$1';"
  for session in $rows; do
    query administrator "KILL $session;" || [[ $(<"$words") == *"ERROR 1094 "* ]] || exit 1
    : >"$words"
  done
}

# The database's default character set is that of the tables, and what is binary is written so that no client can change it.
# shellcheck disable=SC2034 # not every script dumps
dump_options=(--single-transaction --quick --hex-blob --default-character-set=utf8mb4 --max-allowed-packet=1G
  --loose-dump-history --skip-add-locks --routines --triggers --events --skip-dump-date)

create_database() {
  sql "CREATE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER '$DB_NAME'@'%' IDENTIFIED BY $(sql_string "$DB_PASSWORD");
GRANT ALL PRIVILEGES ON $DB_NAME.* TO '$DB_NAME'@'%';"
}
