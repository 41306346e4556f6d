# Golden dumps: what new-site and install-app come to with this image and these apps, as a dump of the database and the
# site's folders. The first standby's site that was made by them leaves one, proved as it is; the next ones are loaded from
# it, in seconds in place of minutes, and proved like any other.
#
#   golden/NAME/{database.sql.gz,site/,site_config.json}    NAME: of the image, the apps, and what the image has of them
#
# A customer's own create does not use it, nor does a second attempt, which makes a new one.

golden_days=30

login "$scratch/tenant.cnf" "$DB_NAME" "$DB_PASSWORD"

# Sets `golden` to where it is, or is to be. A tag may be given to another image; the versions of its apps tell.
name_golden() {
  local name
  name=$(
    {
      printf '%s\n' "$IMAGE" "$APPS"
      cat apps/*/*/__init__.py 2>/dev/null || true
    } | sha256sum
  )
  golden=$volume/golden/${name:0:32}
}

# One that has failed is not believed again.
distrust_golden() {
  ! exists "$golden" || discard "$golden"
}

dump_database() {
  timeout 900 mariadb-dump --defaults-file="$scratch/tenant.cnf" --single-transaction --skip-comments "$DB_NAME" |
    gzip -n >"$1"
}

load_database() {
  gzip -dc -- "$1" | timeout 900 mariadb --defaults-file="$scratch/tenant.cnf" "$DB_NAME"
}

load_golden() {
  step load-golden-dump
  check_claim
  # It is in use.
  touch -c -- "$golden"
  interruptible load_database "$golden/database.sql.gz"
  check_claim
  cp -R -- "$golden/site" "$site_directory"
  mkdir -p -- "$site_directory"/{locks,logs}
  attempt python3 -I -S -c "$golden_config_py" use "$golden/site_config.json" "$site_directory/site_config.json"
}

# keep_golden: leaves one where there is none. A site is as good without it, so nothing fails for it.
keep_golden() {
  # Whoever overtakes this removes it: by then the site may be a customer's.
  local made=$changes/golden
  ! exists "$golden" || return 0
  step keep-golden-dump
  make_own_directory
  discard "$made"
  if copy_site "$made"; then
    check_claim
    if mkdir -p -- "$volume/golden"; then mv --no-clobber -T -- "$made" "$golden" || true; fi
    find "$volume/golden" -mindepth 1 -maxdepth 1 -mtime "+$golden_days" -exec rm -rf -- {} + || true
  else
    echo "no golden dump was kept: $(last_words)"
  fi
  discard "$made"
}

copy_site() {
  # shellcheck disable=SC2016 # a table's name
  query tenant 'SELECT COUNT(*) FROM `'"$DB_NAME"'`.`__Auth` WHERE encrypted = 1;' || return
  # With one site's key, which is no use to another.
  [[ $rows == 0 ]] || { echo "something in it is encrypted" >&2 && return 1; }
  mkdir -- "$1" && interruptible dump_database "$1/database.sql.gz" && cp -R -- "$site_directory" "$1/site" &&
    python3 -I -S -c "$golden_config_py" keep "$1/site/site_config.json" "$1/site_config.json" &&
    rm -rf -- "$1/site"/{locks,logs,site_config.json,.provisioned}
}
