# Gives a user the key of a login link, and proves that the page at which it is used answers.

step set-login-key
require_own_site
require LOGIN_KEY_HASH '[0-9a-f]{64}'
# shellcheck disable=SC2119
configure_site
set_login_key "$LOGIN_USER"

step verify
verify_login_page
