# The host names by which visitors reach a site. They are links on the volume, which the router follows at each request:
#
#   hosts/HOST              -> ../tenants/SITE/current            this name serves the site
#   hosts/FORMER            -> ../tenants/SITE/moved-to/HOST      this one sends visitors on to HOST
#   tenants/SITE/current    -> ../../benches/BENCH/sites/SITE     where the site is, for all of its names
#                           -> updating                           it is upgraded at this moment
#                           -> suspended                          it is suspended
#                           -> retained                           it is deleted, but kept for some time
#   tenants/SITE/names/HOST    a name that may lead to this site: noted before its link is made
#
# A link says whose it is. One of another tenant's, and whatever is no such link, is never touched, unless that tenant
# is provably gone. Each change is one act of the file system, which is done or not done, and goes by way of the
# operation's own directory. Whoever overtakes it removes that, so from then on it changes nothing, wherever it had
# stalled: between its last look at the fence and the change itself, too.

host_links=$volume/hosts

host_pattern='[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+'

# Whoever was overtaken by a drop makes nothing there: the directory above it is gone.
make_directory() {
  exists "$1" || mkdir -- "$1" || exists "$1"
}

# Makes what the links lead through, as early as there is room for it.
prepare_hosts() {
  local directory
  mkdir -p -- "$host_links"
  for directory in names updating suspended retained moved-to; do make_directory "$record/$directory"; done
  discard "$changes"
  make_own_directory
}

# Where what is changed comes from, or goes to.
make_own_directory() {
  make_directory "${changes%/*}" && make_directory "$changes"
}

# lead LINK TARGET: makes the link, or leads it there from one moment to the next.
lead() {
  [[ ! -L $1 || $(readlink -- "$1") != "$2" ]] || return 0
  # What somebody makes there by hand meanwhile is not replaced.
  local how=--no-clobber
  ! exists "$1" || how=--force
  make_own_directory
  rm -f -- "$changes/link"
  ln -sT -- "$2" "$changes/link"
  check_claim
  mv "$how" -T -- "$changes/link" "$1"
}

# take_away PATH: removes it.
take_away() {
  exists "$1" || return 0
  # On a full volume there may be no room for them.
  make_own_directory || true
  check_claim
  if mv -fT -- "$1" "$changes/gone"; then
    rm -rf -- "$changes/gone"
  else
    check_claim
    rm -rf -- "$1"
  fi
}

# open_site: all names of the site lead to it; hold_site: to the page that says that it is updated; close_site: to the one that
# says that it is suspended; retain_site: to the one that says that it is gone.
open_site() {
  lead_current "../../benches/$site_bench/sites/$SITE"
}

hold_site() {
  # A site that was made before there was such a state has no directory for it.
  make_directory "$record/updating"
  lead_current updating
}

close_site() {
  lead_current suspended
}

retain_site() {
  make_directory "$record/retained"
  lead_current retained
}

# Where it leads there already, no more is left behind, and no less, than where it is changed.
lead_current() {
  make_own_directory
  lead "$record/current" "$1"
}

# site_of_link TARGET: sets `linked` to the name of the site that a host's link leads to, or to nothing.
site_of_link() {
  linked=
  [[ ! $1 =~ ^\.\./tenants/(tn[0-9a-f]{32})/ ]] || linked=${BASH_REMATCH[1]}
}

# is_site_gone SITE: whether that site's tenant is gone, and nothing of it is left.
is_site_gone() {
  [[ $1 =~ ^tn(.{8})(.{4})(.{4})(.{4})(.{12})$ ]] || return 1
  local IFS=-
  exists "$tenants/${BASH_REMATCH[*]:1}.gone" && ! exists "$tenants/$1/owner"
}

# may_lead HOST...: ends the script where one of these names is somebody else's.
may_lead() {
  local host
  for host; do
    [[ $host =~ ^($host_pattern)$ ]] || fail "the host name $host has an unexpected form"
    exists "$host_links/$host" || continue
    site_of_link "$(readlink -- "$host_links/$host" || true)"
    [[ -n $linked ]] || not_ours "there is a host $host that nobody here has made"
    # Left by an operation that came too late, of a tenant that is gone.
    [[ $linked == "$SITE" ]] || is_site_gone "$linked" || not_ours "the host $host is another tenant's"
  done
}

# lead_host HOST TARGET
lead_host() {
  : >"$record/names/$1"
  may_lead "$1"
  lead "$host_links/$1" "$2"
  may_lead "$1"
}

# free_host HOST: it leads nowhere any more, if it led to this site.
free_host() {
  site_of_link "$(readlink -- "$host_links/$1" || true)"
  [[ $linked != "$SITE" ]] || take_away "$host_links/$1"
  take_away "$record/names/$1"
}

# remove_targets_but HOST: nothing of this site's leads on to another name any more.
remove_targets_but() {
  local target
  for target in "$record"/moved-to/*; do
    [[ ${target##*/} == "$1" ]] || take_away "$target"
  done
}

# free_hosts_but NAMES: calls free_host for every name that may lead to this site, but for those given.
free_hosts_but() {
  local name
  for name in "$record"/names/*; do
    name=${name##*/}
    [[ $name == "*" || " $1 " == *" $name "* ]] || free_host "$name"
  done
}
