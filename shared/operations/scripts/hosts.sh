# The host names by which visitors reach a site. They are links on the volume, which the router follows at each request:
#
#   hosts/HOST              -> ../tenants/SITE/current            this name serves the site
#   hosts/FORMER            -> ../tenants/SITE/moved-to/HOST      this one sends visitors on to HOST
#   tenants/SITE/current    -> ../../benches/BENCH/sites/SITE     where the site is, for all of its names
#                           -> suspended                          it is suspended
#   tenants/SITE/names/HOST    a name that may lead to this site: noted before its link is made
#
# A link says whose it is. One of another tenant's, and whatever is no such link, is never touched, unless that tenant
# is provably gone. Each change is one act of the file system, which is done or not done.

host_links=$volume/hosts

host_pattern='[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+'

# Makes what the links lead through, as early as there is room for it.
prepare_hosts() {
  mkdir -p -- "$host_links" "$record/names" "$record/suspended" "$record/moved-to"
}

# swap LINK TARGET: makes it lead there, from one moment to the next. The new link comes from among the tenant's own
# things: whoever was overtaken by a drop does not find it there any more.
swap() {
  rm -f -- "$own_things/link.new"
  ln -sT -- "$2" "$own_things/link.new"
  check_claim
  mv -fT -- "$own_things/link.new" "$1"
}

# open_site: all names of the site lead to it; close_site: to the page that says that it is suspended.
open_site() {
  lead_current "../../benches/$BENCH/sites/$SITE"
}

close_site() {
  lead_current suspended
}

lead_current() {
  if [[ ! -L $record/current || $(readlink -- "$record/current") != "$1" ]]; then
    swap "$record/current" "$1"
  fi
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
  local link=$host_links/$1
  : >"$record/names/$1"
  if ! exists "$link"; then
    check_claim
    ln -sT -- "$2" "$link" || exists "$link" || fail "the host name $1 cannot be linked"
  fi
  may_lead "$1"
  [[ $(readlink -- "$link") == "$2" ]] || swap "$link" "$2"
}

# free_host HOST: it leads nowhere any more, if it led to this site. It is moved away before it is looked at, since one
# that was overtaken by a drop has no place to move it to.
free_host() {
  local link=$host_links/$1
  if exists "$link"; then
    site_of_link "$(readlink -- "$link" || true)"
    if [[ $linked == "$SITE" ]]; then
      check_claim
      if mv -fT -- "$link" "$own_things/link.old"; then
        rm -f -- "$own_things/link.old"
      else
        # A full volume has no room for a further name.
        check_claim
        rm -f -- "$link"
      fi
    fi
  fi
  rm -f -- "$record/names/$1"
}

# free_hosts_but NAMES: calls free_host for every name that may lead to this site, but for those given.
free_hosts_but() {
  local name
  for name in "$record"/names/*; do
    name=${name##*/}
    [[ $name == "*" || " $1 " == *" $name "* ]] || free_host "$name"
  done
}
