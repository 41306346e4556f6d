# Whose a site is, and which operation may work on it.
#
#   sites/.tenants/SITE/owner                        the id of the tenant whose site it is
#   sites/.tenants/SITE/claims/GENERATION.ATTEMPT    an operation that has come to this site, with the
#                                                    uid of the Pod that carries it out
#   sites/.tenants/SITE/site_config.json             a copy of the site's, to repair it from
#   sites/.tenants/TENANT_ID.gone                    the tenant is gone, or about to be
#
# The owner record lies beside the site's directory, so that a directory that somebody else made is
# told from one of ours that is half made. It is linked into place, complete, and never changed.
#
# The highest claim is the fence. Each claim is a file of its own, so of two operations that come at
# the same moment neither can undo the other's, as it could if both rewrote one number. Of two Pods of
# one operation, as when a node was lost, the one that claimed last goes on.

record=sites/.tenants/$SITE
tombstone=sites/.tenants/$TENANT_ID.gone
away=sites/.tenants/$TENANT_ID.away
claim=$record/claims/$GENERATION.$ATTEMPT

fenced() {
  fail "$1" 67
}

not_ours() {
  fail "$1" 65
}

# A directory that cannot be read is no proof that something is not in it.
exists() {
  [[ -e $1 || -L $1 ]] && return
  local parent=${1%/*}
  [[ ! -e $parent || -r $parent && -x $parent ]] || fail "$parent cannot be read"
  return 1
}

# Sets `owner` to the id of the tenant whose site it is, or to nothing where there is no record.
read_owner() {
  owner=
  exists "$record/owner" || return 0
  owner=$(cat -- "$record/owner")
  [[ $owner =~ ^$uuid$ ]] || fail "the owner record of $SITE is damaged"
}

is_provisioned() {
  exists "sites/$SITE/.provisioned"
}

# Ends the script where a newer operation has been, and sets `lower` to the older claims.
look_at_claims() {
  local other
  lower=()
  for other in "$record"/claims/*; do
    [[ ${other##*/} =~ ^([0-9]+)\.([0-9]+)(\.new)?$ ]] || continue
    if ((BASH_REMATCH[1] > GENERATION)) ||
      ((BASH_REMATCH[1] == GENERATION && BASH_REMATCH[2] > ATTEMPT)); then
      fenced "a newer operation, ${other##*/}, works on $SITE"
    fi
    [[ $other == "$claim" || $other == "$claim.new" ]] || lower+=("$other")
  done
}

# Raises the fence to this operation: the first thing that its first container does.
claim() {
  look_at_claims
  printf '%s' "$POD_UID" >"$claim.new"
  mv -f -- "$claim.new" "$claim"
  look_at_claims
  ((${#lower[@]} == 0)) || rm -f -- "${lower[@]}"
}

# Ends the script where another operation, or another Pod of this one, has taken over. Called before
# each step that destroys something. On NFS a change of its own makes a client list the directory
# afresh.
check_claim() {
  [[ -d $record/claims ]] || fenced "the owner record of $SITE is gone"
  : >"$record/claims/look.new"
  mv -f -- "$record/claims/look.new" "$record/claims/look"
  look_at_claims
  exists "$claim" || fenced "a newer operation has worked on $SITE"
  local holder
  holder=$(cat -- "$claim")
  [[ $holder == "$POD_UID" ]] || fenced "another Pod of this operation works on $SITE"
}

require_not_gone() {
  ! exists "$tombstone" || fenced "the tenant is gone"
}

# own claim|check_claim: for what makes a site. Makes it ours, or ends the script where it is not or
# may not be.
own() {
  require_not_gone
  read_owner
  if [[ -n $owner && $owner != "$TENANT_ID" ]] && exists "sites/.tenants/$owner.gone" &&
    ! exists "sites/$SITE"; then
    # Left by a create that came too late, of a tenant that is gone.
    remove_record_of "$owner"
    owner=
  fi
  if [[ -z $owner ]]; then
    ! exists "sites/$SITE" || not_ours "there is a site $SITE that nobody here has made"
    mkdir -p -- "$record/claims"
    printf '%s\n' "$TENANT_ID" >"$record/$TENANT_ID.new"
    [[ $(<"$record/$TENANT_ID.new") == "$TENANT_ID" ]] || fail "the owner record cannot be written"
    # Fails when somebody else was faster; who owns it is seen below.
    ln -- "$record/$TENANT_ID.new" "$record/owner" || exists "$record/owner" ||
      fail "the owner record cannot be linked"
    read_owner
  fi
  ! exists "$record/$TENANT_ID.new" || rm -f -- "$record/$TENANT_ID.new"
  [[ $owner == "$TENANT_ID" ]] || not_ours "the site $SITE belongs to another tenant"
  "$1"
  if exists "$tombstone"; then
    # The drop came between, and did not see this record.
    remove_record
    fenced "the tenant is gone"
  fi
}

# remove_record_of TENANT: removes that tenant's owner record. It is moved away first, whole, so that it
# is never half there; and should it be another's by then, it is moved back.
remove_record_of() {
  rm -rf -- "$away"
  mv -T -- "$record" "$away"
  if [[ $(<"$away/owner") != "$1" ]]; then
    mv -T -- "$away" "$record"
    fenced "the site $SITE has another owner by now"
  fi
  rm -rf -- "$away"
}

# Removes our own owner record, or what a create left of one that was killed before it owned anything.
remove_record() {
  read_owner
  if [[ $owner == "$TENANT_ID" ]]; then
    remove_record_of "$TENANT_ID"
  elif [[ -z $owner ]] && exists "$record"; then
    rm -f -- "$record/$TENANT_ID.new"
    [[ ! -d $record/claims ]] || rmdir -- "$record/claims"
    rmdir -- "$record"
  fi
  # What a drop that was killed had moved away.
  rm -rf -- "$away"
}

# For what changes a site that is there.
require_own_site() {
  require_not_gone
  read_owner
  [[ $owner == "$TENANT_ID" ]] || not_ours "the site $SITE is not this tenant's"
  claim
  is_provisioned || fail "the site $SITE is not there, or not whole"
}

# Removes the site's directory, if it lies where it must.
remove_directory() {
  exists "sites/$SITE" || return 0
  if [[ -L sites/$SITE || $(realpath -- "sites/$SITE") != "$(realpath -- sites)/$SITE" ]]; then
    fail "sites/$SITE leads elsewhere"
  fi
  check_claim
  # First the marker, so that what is left half-way does not look whole.
  rm -f -- "sites/$SITE/.provisioned" "$record/site_config.json"
  interruptible rm -rf -- "sites/$SITE"
}
