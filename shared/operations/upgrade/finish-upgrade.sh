# Gives a migrated site its own password and configuration back, proves it in its new bench, and opens it. It has the
# administrator's credentials, and runs none of the apps' code.

# prove_names: what fails is closed again, for whatever is written from now on, a revert would lose.
prove_names() {
  local proof why
  # In the background, so that it ends where something fails.
  verify_names &
  proof=$!
  wait "$proof" || {
    why=$(last_words)
    check_claim
    hold
    fail "${why:-the site is not reached}"
  }
}

step settle
require_moving_site check_claim
claim_database ""
list_site_apps
tell_versions "$site_apps"
if is_opened; then
  go_on
  exit 0
elif is_upgraded; then
  settle
  verify_names
  exit 0
fi
settle "--as-in=$before_upgrade/site_config.json:pause_scheduler"

step verify
check_apps
verify_bench

step open-site
prove_names
take_away "$before_upgrade"
is_in_place || clear_place "$FROM_BENCH"
