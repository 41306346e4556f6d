# Whose a site is, and which operation may work on it.
#
#   sites/.tenants/SITE/owner                        the id of the tenant whose site it is
#   sites/.tenants/SITE/claims/GENERATION.ATTEMPT    an operation that has come to this site
#   sites/.tenants/TENANT_ID.gone                    the tenant is gone, or about to be
#
# The owner record lies beside the site's directory, so that a directory that somebody else made is
# told from one of ours that is half made. It is linked into place, complete, and never changed.
#
# The highest claim is the fence. Each claim is a file of its own, so of two operations that come at
# the same moment neither can undo the other's, as it could if both rewrote one number.

record=sites/.tenants/$SITE
tombstone=sites/.tenants/$TENANT_ID.gone
claim=$GENERATION.$ATTEMPT

fenced() {
  fail "$1" 67
}

not_ours() {
  fail "$1" 65
}

exists() {
  [[ -e $1 || -L $1 ]]
}

is_ours() {
  [[ -f $record/owner && $(<"$record/owner") == "$TENANT_ID" ]]
}

is_provisioned() {
  [[ -f sites/$SITE/.provisioned ]]
}

# Raises the fence to this operation; ends the script where a newer one has been. Called at first and
# again before each step that destroys something. The claim is made anew each time: on NFS a change
# of its own is what makes a client list the directory afresh.
raise() {
  [[ -d $record/claims ]] || fenced "the owner record of $SITE is gone"
  : >"$record/claims/$claim.new"
  mv -f -- "$record/claims/$claim.new" "$record/claims/$claim"
  local other lower=()
  for other in "$record"/claims/*; do
    [[ ${other##*/} =~ ^([0-9]+)\.([0-9]+)(\.new)?$ ]] || continue
    if ((BASH_REMATCH[1] > GENERATION)) ||
      ((BASH_REMATCH[1] == GENERATION && BASH_REMATCH[2] > ATTEMPT)); then
      fenced "a newer operation, ${other##*/}, works on $SITE"
    fi
    [[ ${other##*/} == "$claim" ]] || lower+=("$other")
  done
  ((${#lower[@]} == 0)) || rm -f -- "${lower[@]}"
}

require_not_gone() {
  ! exists "$tombstone" || fenced "the tenant is gone"
}

# For what makes a site: makes it ours, or ends the script where it is not or may not be.
own() {
  require_not_gone
  if ! exists "$record/owner"; then
    ! exists "sites/$SITE" || not_ours "there is a site $SITE that nobody here has made"
    mkdir -p -- "$record/claims"
    printf '%s\n' "$TENANT_ID" >"$record/$TENANT_ID.new"
    # Fails when somebody else was faster; who owns it is seen below.
    ln -- "$record/$TENANT_ID.new" "$record/owner" 2>/dev/null || true
  fi
  ! exists "$record/$TENANT_ID.new" || rm -f -- "$record/$TENANT_ID.new"
  is_ours || not_ours "the site $SITE belongs to another tenant"
  raise
  if exists "$tombstone"; then
    # The drop came between: it did not see this record, and nobody else will remove it.
    remove_record
    fenced "the tenant is gone"
  fi
}

# Removes the owner record. It is moved away first, whole, so that it is never half there; and should
# it be another's by then, it is moved back.
remove_record() {
  local away=sites/.tenants/$TENANT_ID.away
  if is_ours; then
    mv -T -- "$record" "$away"
    if [[ $(<"$away/owner") != "$TENANT_ID" ]]; then
      mv -T -- "$away" "$record"
      fenced "the site $SITE has another owner by now"
    fi
  elif ! exists "$record/owner" && exists "$record"; then
    # A create was killed before it owned anything.
    rm -f -- "$record/$TENANT_ID.new"
    rmdir -- "$record/claims" "$record"
  fi
  rm -rf -- "$away"
}

# For what changes a site that is there.
require_own_site() {
  require_not_gone
  is_ours || not_ours "the site $SITE is not this tenant's"
  raise
  is_provisioned || fail "the site $SITE is not there, or not whole"
}

# Removes the site's directory, if it lies where it must.
remove_directory() {
  exists "sites/$SITE" || return 0
  if [[ -L sites/$SITE || $(realpath -- "sites/$SITE") != "$(realpath -- sites)/$SITE" ]]; then
    fail "sites/$SITE leads elsewhere"
  fi
  raise
  # First the marker, so that what is left half-way does not look whole.
  rm -f -- "sites/$SITE/.provisioned"
  rm -rf -- "sites/$SITE"
}
