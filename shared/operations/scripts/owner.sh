# Whose a site is, and which operation may work on it. On the volume, of which the bench has a part as its `sites`:
#
#   benches/BENCH/sites/SITE         the site
#   tenants/SITE/owner               whose site it is: the tenant's id, and below it the site's name
#   tenants/SITE/TENANT_ID/          what is the tenant's own beside its site:
#     claims/GENERATION.ATTEMPT.POD  the operation that has come to this site last, and the uid of the Pod that
#                                    carries it out
#     changes/GENERATION.ATTEMPT.POD what that operation is about to put in its place
#     site_config.json               a copy of the site's, to repair it from
#     removed/                       the site's directory, while it is removed
#     restored/                      what a restore has made, until it is in its place
#     before-restore/DATABASE/       what the site was before a restore (swap.sh)
#     before-upgrade/                what the site was before an upgrade (migration.sh)
#     moves/GENERATION.ATTEMPT.POD/  the site itself, while that operation moves it to another bench
#   tenants/TENANT_ID.gone           the tenant is gone, or about to be
#
# A site's name is its tenant's own for ever, so what is at its place is the tenant's, or somebody made it by hand. The
# owner record lies beside the site's directory, so that one that somebody else made is told from one of ours that is
# half made. It is linked into place, complete, and never changed.
#
# The claim is the fence, and there is one. Who comes later takes it over by giving it another name,
# which is done or not done, and leaves the one before with nothing. Of two operations that come at the
# same moment, so, neither can undo the other's, as it could if both rewrote one number.
#
# On a full volume nothing can be written. What a drop has to note, it notes by names and links of what
# is there: they need neither a byte nor an inode.

volume=${VOLUME:-/volume}
tenants=$volume/tenants

# use_bench NAME: the site's directory is the one there, from now on.
use_bench() {
  site_bench=$1
  bench_sites=$volume/benches/$1/sites
  # Of the Job's own bench: as `sites/$SITE`, but on one mount with all others, for between two nothing can be moved.
  site_directory=$bench_sites/$SITE
}
use_bench "$BENCH"

record=$tenants/$SITE
own_things=$record/$TENANT_ID
claim=$own_things/claims/$GENERATION.$ATTEMPT.$POD_UID
changes=$own_things/changes/$GENERATION.$ATTEMPT.$POD_UID
# Not every script has a use for it.
# shellcheck disable=SC2034
config_copy=$own_things/site_config.json
removed=$own_things/removed
# shellcheck disable=SC2034
restored=$own_things/restored
# shellcheck disable=SC2034
before_upgrade=$own_things/before-upgrade
tombstone=$tenants/$TENANT_ID.gone
away=$tenants/$TENANT_ID.away

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
  owner=$(head -n 1 -- "$record/owner")
  [[ $owner =~ ^$uuid$ ]] || fail "the owner record of $SITE is damaged"
}

is_provisioned() {
  exists "$site_directory/.provisioned"
}

# Ends the script where a newer operation has been, and sets `others` to the claims of older ones, and of
# other Pods of this one.
look_at_claims() {
  local other
  others=()
  for other in "$own_things"/claims/*; do
    [[ ${other##*/} =~ ^([0-9]+)\.([0-9]+)\. ]] || continue
    if ((BASH_REMATCH[1] > GENERATION)) ||
      ((BASH_REMATCH[1] == GENERATION && BASH_REMATCH[2] > ATTEMPT)); then
      fenced "a newer operation, ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}, works on $SITE"
    fi
    [[ $other == "$claim" ]] || others+=("$other")
  done
}

# take FILE: makes it our claim, unless somebody else has taken it just now.
take() {
  mv -fT -- "$1" "$claim" || ! exists "$1"
}

# The first claim ever is the file that the owner record was linked from, so that there is one.
make_claim() {
  if exists "$own_things/owner.new"; then
    take "$own_things/owner.new"
  else
    [[ -d $own_things/claims ]] || overtaken
    : >"$claim"
  fi
}

# Raises the fence to this operation: the first thing that its first container does.
claim() {
  look_at_claims
  if ((${#others[@]} == 0)) && ! exists "$claim"; then make_claim; fi
  local other
  while look_at_claims && ((${#others[@]} > 0)); do
    for other in "${others[@]}"; do take "$other"; done
  done
  exists "$claim" || overtaken
  for other in "$own_things"/changes/*; do
    [[ $other == "$changes" ]] || ! exists "$other" || discard "$other"
  done
}

# Ends the script where another operation, or another Pod of this one, has taken over. Called before
# each step that destroys something. The claim is moved to and fro, because the server knows whether it
# is there, whatever this client believes; and a change of its own makes it list the directory afresh.
check_claim() {
  move_claim "$claim" "$claim.look"
  move_claim "$claim.look" "$claim"
  look_at_claims
}

move_claim() {
  ! mv -fT -- "$1" "$2" || return 0
  # An answer that was lost is asked for again, and then nothing is there to move.
  ! exists "$2" || return 0
  ! exists "$1" || exit 1
  overtaken
}

overtaken() {
  look_at_claims
  ((${#others[@]} == 0)) || fenced "another Pod of this operation works on $SITE"
  fenced "the owner record of $SITE is gone"
}

require_not_gone() {
  ! exists "$tombstone" || fenced "the tenant is gone"
}

# own claim|check_claim: for what makes a site. Makes it ours, or ends the script where it is not or
# may not be.
own() {
  require_not_gone
  ! exists "$away" || discard "$away"
  read_owner
  if [[ -z $owner ]]; then
    ! exists "$site_directory" || not_ours "there is a site $SITE that nobody here has made"
    make_record
    read_owner
  fi
  [[ $owner == "$TENANT_ID" ]] || not_ours "the site $SITE belongs to another tenant"
  "$1"
  ! exists "$own_things/owner.new" || rm -f -- "$own_things/owner.new"
  if exists "$tombstone"; then
    # The drop came between, and did not see this record.
    remove_record
    fenced "the tenant is gone"
  fi
}

# Fails not when somebody else was faster; who owns it is seen afterwards.
make_record() {
  local whole=$TENANT_ID$'\n'$SITE
  mkdir -p -- "$own_things/claims"
  printf '%s\n' "$whole" >"$own_things/owner.new"
  [[ $(<"$own_things/owner.new") == "$whole" ]] || fail "the owner record cannot be written"
  ln -T -- "$own_things/owner.new" "$record/owner" || exists "$record/owner" ||
    fail "the owner record cannot be linked"
}

# Removes our own owner record, or what a create left of one that was killed before it owned anything. It is moved away
# first, whole, so that it is never half there.
remove_record() {
  read_owner
  if [[ $owner == "$TENANT_ID" ]]; then
    discard "$away"
    mv -T -- "$record" "$away"
    discard "$away"
  elif [[ -z $owner ]] && exists "$record"; then
    discard "$own_things"
    rmdir -- "$record"
  fi
  # What a drop that was killed had moved away.
  discard "$away"
}

# For what changes a site that is there.
require_own_site() {
  require_not_gone
  read_owner
  [[ $owner == "$TENANT_ID" ]] || not_ours "the site $SITE is not this tenant's"
  claim
  is_provisioned || fail "the site $SITE is not there, or not whole"
}
