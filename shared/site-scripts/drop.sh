# Removes a tenant's site, and succeeds only if it has seen that nothing of it is left.

archive=$PWD/sites/archived_sites/$TENANT_ID

step drop-site
mkdir -p -- "$archive"
if [[ -d sites/$SITE ]]; then
  attempt bench drop-site "$SITE" \
    --db-root-username="$DB_ROOT_USERNAME" --db-root-password="$DB_ROOT_PASSWORD" \
    --no-backup --archived-sites-path="$archive"
fi
rm -rf -- "$archive"

step verify
[[ ! -e sites/$SITE ]] || fail "the directory of $SITE is still there"
[[ ! -e $archive ]] || fail "the archive of $SITE is still there"
