# What restore.sh looks at before it changes anything. It sources this.
set -euo pipefail

verify_dump() {
  cd -- "$DUMP"
  local marker=COMPLETE files=(*.sql.gz) listed
  if [[ -f INCOMPLETE ]]; then
    marker=INCOMPLETE
    files+=(MISSING)
  fi
  [[ -f $marker && -f SHA256SUMS ]] || fail "the dump is not whole: its end marker is missing; nothing is changed"
  sha256sum --check --status -- "$marker" || fail "the list of checksums is not the one that was written; nothing is changed"
  listed=$(wc --lines <SHA256SUMS)
  ((${#files[@]} == listed)) || fail "the dump has ${#files[@]} files and not $listed; nothing is changed"
  # Given no line at all, sha256sum would complain.
  ((listed == 0)) || sha256sum --check --status --strict -- SHA256SUMS ||
    fail "a file of the dump is not as it was written; nothing is changed"
}

# Sets `databases` and `users` to the files' names that are to be brought, and `suffix` to how each database's end.
choose() {
  local file one
  for file in *.database.incomplete.sql.gz; do suffix[${file%.database.incomplete.sql.gz}]=incomplete.sql.gz; done
  for file in *.database.sql.gz; do suffix[${file%.database.sql.gz}]=sql.gz; done
  if [[ -n ${DATABASE-} ]]; then
    one=$(file_of "$(hex_of "$DATABASE")")
    [[ -n ${suffix[$one]-} ]] || fail "the dump has no database \"$DATABASE\"; nothing is changed"
    databases=("$one")
    users=()
    if [[ -f $one.user.sql.gz ]]; then users=("$one"); fi
  else
    databases=(*.database.sql.gz *.database.incomplete.sql.gz)
    databases=("${databases[@]%.sql.gz}")
    databases=("${databases[@]%.incomplete}")
    databases=("${databases[@]%.database}")
    users=(*.user.sql.gz)
    users=("${users[@]%.user.sql.gz}")
  fi
}

# Of what is chosen, or if all is: of anything.
refuse_what_is_partial() {
  local what
  [[ -f MISSING ]] || return 0
  if [[ -n ${DATABASE-} ]]; then
    [[ ${suffix[${databases[0]}]} != sql.gz ]] || return 0
    what="the database ${databases[0]} only in part"
  else
    what="not everything"
  fi
  cat MISSING
  fail "the dump has $what, see above; with INCOMPLETE=yes what it has is restored; nothing is changed"
}

refuse_what_is_there() {
  local there file name hex
  there=$(client <<<"SELECT CONCAT('database ', HEX(schema_name)) FROM information_schema.schemata
    UNION SELECT CONCAT('user ', HEX(user)) FROM mysql.user;")
  for file in "${databases[@]/#/database }" "${users[@]/#/user }"; do
    name_of "${file#* }" name
    hex=$(hex_of "$name")
    if [[ $'\n'$there$'\n' == *$'\n'"${file%% *} $hex"$'\n'* ]]; then
      fail "there is a $file already; with OVERWRITE=yes it is replaced; nothing is changed"
    fi
  done
}
