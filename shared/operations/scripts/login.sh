# Login links. A user sets a password at the page /update-password, with a key of which the site knows the hash.

# What login_key.py ends with where the site has none of the users.
no_such_user=44

# set_login_key USER...: gives the key to the first of these users that the site has.
set_login_key() {
  check_claim
  local status=0
  interruptible relay env/bin/python -c "$login_key_py" "$SITE" "$LOGIN_KEY_HASH" "$@" || status=$?
  case $status in
    0) : >"$words" ;;
    "$no_such_user") fail "the site has no such user, or the user is disabled" 66 UserNotFound ;;
    *) exit "$status" ;;
  esac
}

verify_login_page() {
  verify_visitors open /update-password 1
}
