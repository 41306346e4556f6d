# Removes a tenant's site, and succeeds only if it has seen that nothing of it is left but the
# tombstone. Works on a whole, a half-made and a vanished site, and on a full volume. Runs none of the
# apps' code, for it has the administrator's credentials.
#
# What somebody made by hand at the place of the tenant's site is left alone: then only the tenant's own database and
# user go.

tombstone_days=30

# Leaves the tombstone. Where there is no room for it, it is a link to something that is there.
bury() {
  local said=
  # Of what somebody made by hand it says nothing.
  [[ -n $is_foreign ]] || said=$TENANT_ID$'\n'$SITE$'\n'
  mkdir -p -- "$tenants"
  if ! exists "$tombstone"; then
    if [[ $owner == "$TENANT_ID" ]]; then
      if ! bury_by_link "$record/owner"; then
        make_room
        bury_by_link "$record/owner"
      fi
    else
      # Without room for what it says, that it is there is enough.
      printf '%s' "$said" >"$tombstone" || exists "$tombstone" ||
        bury_by_link "$tenants"/*.gone "$tenants"/*/owner
    fi
  fi
  # Its time begins now.
  touch -- "$tombstone"
}

bury_by_link() {
  local other
  for other; do
    if ln -T -- "$other" "$tombstone" || exists "$tombstone"; then return 0; fi
  done
  return 1
}

# Even a name may need room, where a directory is full to its last byte. As long as the owner record is
# there, the claim keeps others away, and so the site itself may go first.
make_room() {
  echo "there is no room for the tombstone, so the site's directory goes first"
  remove_directory
  rm -f -- "$config_copy"
}

# Two drops may meet at the same old tombstone; neither fails for that. What a worker has made at the place of a site
# since it was dropped goes first: as long as something lies there, the tombstone is needed to know whose it is.
clear_old_tombstones() {
  local old id left
  while IFS= read -r old; do
    id=${old##*/}
    id=${id%.gone}
    for left in "$volume"/benches/*/sites/"tn${id//-/}"; do
      ! is_dropped "$old" || take_leftover "$left"
      ! exists "$left" || continue 2
    done
    rm -f -- "$old"
  done < <(find "$tenants" -maxdepth 1 -type f -name '*.gone' -mtime "+$tombstone_days" \
    -ignore_readdir_race || true)
}

# in_each_bench FUNCTION: the site may be in between two. In its own comes last.
in_each_bench() {
  local sites name
  for sites in "$volume"/benches/*/sites; do
    name=${sites%/sites}
    name=${name##*/}
    [[ $name != "$BENCH" && -d $sites ]] || continue
    use_bench "$name"
    "$1"
  done
  use_bench "$BENCH"
  "$1"
}

# Those between which it was have what was kept of it. Another one's may be gone for long.
forget_in_benches() {
  local link other
  for link in from to; do
    exists "$before_upgrade/$link" || continue
    other=$(readlink -- "$before_upgrade/$link")
    [[ $other != "$BENCH" ]] || continue
    use_bench "$other"
    forget_in_redis "$SITE"
  done
  use_bench "$BENCH"
  forget_in_redis "$SITE"
}

verify_directory() {
  remove_leftover
  ! exists "$site_directory" || fail "the directory of $SITE is still there"
}

step drop-site
in_each_bench remove_leftover
is_foreign=
if [[ $owner == "$TENANT_ID" ]]; then
  claim
elif [[ -n $owner ]] || exists "$site_directory"; then
  is_foreign=yes
  echo "the site $SITE is somebody else's and stays as it is"
fi

# Before anything is removed: a create of this tenant that comes from now on does nothing.
bury

[[ $owner != "$TENANT_ID" ]] || free_hosts_but ""
drop_databases
if [[ $owner == "$TENANT_ID" ]]; then in_each_bench remove_directory; fi

# When nothing can work for the site any more and fill it anew.
step forget-in-redis
[[ $owner != "$TENANT_ID" ]] || check_claim
if [[ -n $is_foreign ]]; then forget_in_redis; else forget_in_benches; fi

# Last, because what lies at the site's place is the tenant's as long as its record is there.
step remove-record
if [[ $owner == "$TENANT_ID" ]]; then
  in_each_bench remove_directory
  check_claim
fi
remove_record

step verify
name_databases
[[ -z $names ]] || fail "the database or its user is still there: ${names//$'\n'/, }"
if [[ -n $is_foreign ]]; then
  leave_message SiteNotOurs
else
  in_each_bench verify_directory
  ! exists "$record" || fail "the owner record of $SITE is still there"
fi
clear_old_tombstones
