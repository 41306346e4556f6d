# Removes a tenant's site, and succeeds only if it has seen that nothing of it is left but the
# tombstone. Works on a whole, a half-made and a vanished site. Runs none of the apps' code, for it
# has the administrator's credentials.
#
# A site of the tenant's name that is somebody else's is left alone: then only the tenant's own
# database and user go.

tombstone_days=30

step drop-site
is_foreign=
if is_ours; then
  raise
elif exists "$record/owner" || exists "sites/$SITE"; then
  is_foreign=yes
  echo "the site $SITE is somebody else's and stays as it is"
fi

# Before anything is removed: a create of this tenant that comes from now on does nothing.
mkdir -p -- sites/.tenants
: >"$tombstone"

drop_database
if [[ -z $is_foreign ]]; then
  if is_ours; then
    remove_directory
    raise
  fi
  remove_record
fi

step verify
left=$(what_is_left)
[[ $left != *database* ]] || fail "the database is still there"
[[ -z $left ]] || fail "the database user is still there"
if [[ -n $is_foreign ]]; then
  leave_message SiteNotOurs
else
  ! exists "sites/$SITE" || fail "the directory of $SITE is still there"
  ! exists "$record" || fail "the owner record of $SITE is still there"
fi
find sites/.tenants -maxdepth 1 -name '*.gone' -mtime "+$tombstone_days" -delete
