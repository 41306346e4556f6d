# A database made of what a backup holds, and held against its manifest. RESTORED_DATABASE is its name, and nobody's but this
# operation's. It has the administrator's credentials.

require RESTORED_DATABASE "${SITE}[rt][0-9]{1,9}"

work=$GENERATION.$ATTEMPT.$POD_UID

# An attempt that had stalled might go on at any moment, so it is the server that looks whose the new database is, which its comment
# says, and whether it is in use. This ends whatever follows it where it is another attempt's.
guard="IF NOT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$RESTORED_DATABASE' AND schema_comment = '$work') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'another attempt makes the database'; END IF;"

# A drop takes the site's own user away before it looks whether anything is left. So an attempt that had stalled makes none after it:
# the server looks for the user first, and once more when it has made the database, for to drop the one before may take minutes.
make_empty_database() {
  local is_dropped="NOT EXISTS (SELECT 1 FROM mysql.user WHERE user = '$DB_NAME')"
  local refusal="SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the site has no database user';"
  sql "DELIMITER //
BEGIN NOT ATOMIC
IF $is_dropped THEN
$refusal
END IF;
IF EXISTS (SELECT 1 FROM mysql.user WHERE user = '$RESTORED_DATABASE') THEN
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the new database is in use';
END IF;
DROP DATABASE IF EXISTS $RESTORED_DATABASE;
CREATE DATABASE $RESTORED_DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci COMMENT '$work';
IF $is_dropped THEN
DROP DATABASE IF EXISTS $RESTORED_DATABASE;
$refusal
END IF;
END//
DELIMITER ;"
  # Of whoever was loading it before.
  end_sessions "$RESTORED_DATABASE"
}

load_database() {
  attempt restore part "$manifest" database.sql --rename "$backed_up" "$RESTORED_DATABASE" \
    mariadb --defaults-file="$scratch/administrator.cnf" --default-character-set=utf8mb4 \
    --max-allowed-packet=1G --binary-mode --init-command="BEGIN NOT ATOMIC $guard END" "$RESTORED_DATABASE"
}

compare_tables() {
  sql "SELECT HEX(table_name), 'estimated', COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_schema = '$RESTORED_DATABASE' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED');"
  printf '%s' "${rows:+$rows$'\n'}" >"$scratch/tables"
  restore counting "$manifest" "$RESTORED_DATABASE" >"$scratch/counting"
  sql "$(<"$scratch/counting")"
  printf '%s' "${rows:+$rows$'\n'}" >"$scratch/counts"
  attempt restore compare "$manifest" "$scratch/tables" "$scratch/counts"
}

# By what the site says of itself, as `frappe.get_installed_apps()` reads it. None of the apps' code runs to ask it: it could
# read the bucket as this Pod does.
list_apps() {
  local names
  names=$(restore field "$manifest" tables)
  # What is no site of Frappe's says nothing.
  [[ $'\n'$names$'\n' == *$'\n'tabDefaultValue$'\n'* ]] || return 0
  sql "SELECT defvalue FROM $RESTORED_DATABASE.tabDefaultValue WHERE parent = '__global' AND defkey = 'installed_apps';"
  printf '%s' "$rows" >"$scratch/installed"
  attempt restore apps "$manifest" "$scratch/installed"
}
