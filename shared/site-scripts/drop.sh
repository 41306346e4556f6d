# Removes a tenant's site, and succeeds only if it has seen that nothing of it is left but the
# tombstone. Works on a whole, a half-made and a vanished site. Runs none of the apps' code, for it
# has the administrator's credentials.
#
# A site of the tenant's name that is somebody else's is left alone: then only the tenant's own
# database and user go.

tombstone_days=30

step drop-site
read_owner
is_foreign=
if [[ $owner == "$TENANT_ID" ]]; then
  claim
elif [[ -n $owner ]] || exists "sites/$SITE"; then
  is_foreign=yes
  echo "the site $SITE is somebody else's and stays as it is"
fi

# Before anything is removed: a create of this tenant that comes from now on does nothing.
mkdir -p -- sites/.tenants
: >"$tombstone"

drop_database
if [[ -z $is_foreign && -n $owner ]]; then
  remove_directory
  check_claim
fi
remove_record

# Last, when nothing can work for the site any more and fill it anew.
step forget-in-redis
if [[ -n $is_foreign ]]; then forget_in_redis; else forget_in_redis "$SITE"; fi

step verify
look_what_is_left
[[ $rows != *database* ]] || fail "the database is still there"
[[ -z $rows ]] || fail "the database user is still there"
if [[ -n $is_foreign ]]; then
  leave_message SiteNotOurs
else
  ! exists "sites/$SITE" || fail "the directory of $SITE is still there"
  ! exists "$record" || fail "the owner record of $SITE is still there"
fi

# Two drops may meet at the same old tombstone; neither fails for that.
find sites/.tenants -maxdepth 1 -type f -name '*.gone' -mtime "+$tombstone_days" \
  -ignore_readdir_race -delete || true
