# Migrates a site to the versions of the apps in the image. The apps' code runs here, so it knows no login but the one that the
# site's configuration has for it.

# What says that a failure is one of the moment: a server that went away (by what its client said last, nothing with the code 0), or
# a lock that is held by what was killed.
of_the_moment='\((0|1040|1053|1205|1213|1927|2002|2003|2005|2006|2013), |redis\.exceptions\.|services are running|LockTimeout'

migrate() {
  bench --site "$SITE" migrate --skip-search-index 2>&1 | tee "$scratch/said"
}

# Frappe says of each patch that it is "Executing PATCH in SITE (DATABASE)", and nothing when it has come to other things.
last_patch() {
  local line found=
  while IFS= read -r line; do
    [[ ! $line =~ ^Executing\ (.*)\ in\ $SITE\ \( ]] || found=${BASH_REMATCH[1]}
    [[ $line != "Success: Done in "* ]] || found=
  done <"$scratch/said"
  printf '%s' "$found"
}

step migrate
require_moving_site check_claim
if is_opened || is_upgraded; then
  echo "the site is upgraded already"
  exit 0
fi
[[ $site_bench == "$TO_BENCH" ]] || fail "the site $SITE is not in the bench $TO_BENCH"
check_claim
status=0
interruptible relay migrate || status=$?
if ((status > 0)); then
  said=$(last_words)
  patch=$(last_patch)
  # Whoever was killed, or met an outage, has shown nothing of the apps.
  ((status <= 128)) || exit "$status"
  [[ ! $said =~ $of_the_moment ]] || exit 1
  ! find_outage "$said" >"$scratch/outage" || exit 1
  fail "${said:-the migration ended with $status}" 68 MigrationFailed
fi
: >"$words"
