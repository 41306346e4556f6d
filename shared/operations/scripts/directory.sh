# Removing the directory of a site, and what lies at its place afterwards.

# discard DIRECTORY: removes it, also where somebody makes something in it meanwhile. On NFS, a file that
# is open on the same node stays there, under another name, until it is closed.
discard() {
  local try
  for ((try = 1; try < 5; try++)); do
    ! interruptible rm -rf -- "$1" || return 0
    sleep 0.2
  done
  interruptible rm -rf -- "$1"
}

# Removes the site's directory, if it lies where it must. It is moved away first, whole: so it is there or
# not there, and whoever still works for the site makes nothing in it while it is removed. What is made at
# its old place meanwhile goes the same way.
remove_directory() {
  local look
  discard "$removed"
  for ((look = 0; look < 20; look++)); do
    exists "$site_directory" || return 0
    if [[ -L $site_directory || $(realpath -- "$site_directory") != "$(realpath -- "$bench_sites")/$SITE" ]]; then
      fail "sites/$SITE leads elsewhere"
    fi
    check_claim
    mv -T -- "$site_directory" "$removed"
    if ! (check_claim); then
      # It had stalled after its last look, so that may be the site of a newer attempt.
      mv -T -- "$removed" "$site_directory"
      check_claim
    fi
    discard "$removed"
  done
  fail "something makes the directory of $SITE again and again"
}

# Sets `owner`, and removes what a process that had not ended yet, such as a worker that writes its log, has made at the
# place of a site that was dropped before. Everything else stays as it is.
remove_leftover() {
  read_owner
  [[ -z $owner ]] || return 0
  ! is_dropped "$tombstone" || take_leftover "$site_directory"
}

# is_dropped TOMBSTONE: whether a site of that tenant's was dropped. One without room for what it says, or of a tenant
# who never had a site, holds something else.
is_dropped() {
  local id=${1##*/}
  exists "$1" && [[ $(head -n 1 -- "$1") == "${id%.gone}" ]]
}

# take_leftover DIRECTORY: it is moved away before it goes, for somebody might begin to make a site there.
take_leftover() {
  is_leftover "$1" || return 0
  discard "$away"
  mv -T -- "$1" "$away"
  if is_leftover "$away"; then
    discard "$away"
  else
    mv -T -- "$away" "$1"
  fi
}

# is_leftover DIRECTORY: whether it holds nothing but folders, logs and locks. No site is without a
# site_config.json.
is_leftover() {
  [[ -d $1 && ! -L $1 ]] || return 1
  local more
  more=$(find "$1" -mindepth 1 ! -type d ! \( -type f -path "$1/logs/*" \) \
    ! \( -type f -path "$1/locks/*" -empty \) -print -quit) || return 1
  [[ -z $more ]]
}
