# A copy of a site is quiet: it does not act on the world, as whom its original is. Beside what its configuration says
# (swapped_config.py), its webhooks and mail accounts are turned off in its database. Which were on, the table __kairos_quiet
# there remembers: so it is in the site's backups, too, and whatever is restored of one can be as loud as its original was.
#
# The table may be the customer's own work, so its text never becomes part of a statement, and no view is touched.

quiet_columns=(tabWebhook.enabled "tabEmail Account.enable_incoming" "tabEmail Account.enable_outgoing")
quiet_table=__kairos_quiet

# look_at_columns DATABASE: sets `columns` to those that this version of Frappe has, of those that are of interest here.
look_at_columns() {
  local line
  columns=()
  sql "SELECT CONCAT(c.table_name, '.', c.column_name) FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = '$1' AND t.table_type = 'BASE TABLE' AND CONCAT(c.table_name, '.', c.column_name) IN ('tabWebhook.enabled', 'tabEmail Account.enable_incoming', 'tabEmail Account.enable_outgoing', 'tabEmail Queue.status', 'tabSessions.sid', '$quiet_table.value');"
  while IFS= read -r line; do [[ -z $line ]] || columns+=("$line"); done <<<"$rows"
}

has_column() {
  local column
  for column in "${columns[@]}"; do [[ $column != "$1" ]] || return 0; done
  return 1
}

# without_mails DATABASE: adds to `statements` that what waits to be sent is not: the original has sent it, or it is of the time in
# which the site was quiet.
without_mails() {
  ! has_column "tabEmail Queue.status" ||
    statements+="UPDATE $1.\`tabEmail Queue\` SET status = 'Error' WHERE status IN ('Not Sent', 'Partially Sent', 'Sending');"$'\n'
}

# hush DATABASE [GUARD]: it does not act on the world any more, and nobody is logged in. May be done again.
hush() {
  local columns column table statements=
  look_at_columns "$1"
  for column in "${quiet_columns[@]}"; do
    has_column "$column" || continue
    table=${column%.*}
    column=${column##*.}
    statements+="INSERT IGNORE INTO $1.$quiet_table SELECT '$table', '$column', name, \`$column\` FROM $1.\`$table\` WHERE \`$column\` <> 0;"$'\n'
    statements+="UPDATE $1.\`$table\` SET \`$column\` = 0 WHERE \`$column\` <> 0;"$'\n'
  done
  [[ -z $statements ]] || statements="CREATE TABLE IF NOT EXISTS $1.$quiet_table (table_name VARCHAR(64) NOT NULL, column_name VARCHAR(64) NOT NULL, name VARCHAR(140) NOT NULL, value INT NOT NULL, PRIMARY KEY (table_name, column_name, name)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"$'\n'$statements
  without_mails "$1"
  ! has_column tabSessions.sid || statements+="DELETE FROM $1.tabSessions;"$'\n'
  together "$statements" "${2-}"
}

# speak DATABASE [GUARD]: what was on is on again. May be done again, and does nothing where nothing was hushed. Sets `spoke`
# to whether something was.
speak() {
  local columns column table statements=
  spoke=
  look_at_columns "$1"
  has_column "$quiet_table.value" || return 0
  spoke=yes
  for column in "${quiet_columns[@]}"; do
    has_column "$column" || continue
    table=${column%.*}
    column=${column##*.}
    statements+="UPDATE $1.\`$table\` AS t JOIN $1.$quiet_table AS q ON q.table_name = '$table' AND q.column_name = '$column' AND q.name = CONVERT(t.name USING utf8mb4) COLLATE utf8mb4_bin SET t.\`$column\` = q.value;"$'\n'
  done
  without_mails "$1"
  together "${statements}DROP TABLE $1.$quiet_table;"$'\n' "${2-}"
}

# end_quiet: the site that there is is as any other. The configuration comes last, so that it is known until then.
end_quiet() {
  # It is repaired where it is damaged, and where it cannot be, nothing is changed.
  configure_site
  speak "$DB_NAME"
  if [[ -z $spoke && $(<"$site_directory/site_config.json") != *'"kairos_before_quiet"'* ]]; then return 0; fi
  step settle-quiet
  # Of its webhooks and mail accounts, too.
  forget_in_redis
  check_claim
  use_config "$site_directory/site_config.json" "$DB_NAME"
}

# settle_quiet DATABASE [GUARD]: as QUIET says.
settle_quiet() {
  case $QUIET in
    yes) hush "$@" ;;
    no) speak "$@" ;;
  esac
}
