# What every site script begins with. Runs in the bench directory of Frappe's image.
#
# Everything variable comes as environment. A script says at which step it is (`step NAME`), runs
# what others wrote through `attempt`, and, when it fails, leaves {"step","reason"} as its termination
# message, with the last words of what failed as the reason.
#
# Exit codes that no further attempt can change, given by `fail` alone:
#   65  the site belongs to somebody else; nothing was touched
#   66  an app that the site shall have is not in the image
#   67  a newer operation has taken over, or the tenant is gone; nothing was touched
set -euo pipefail
shopt -s inherit_errexit

current_step=start
is_final=
words=$(mktemp)
# What the script's own commands complain of is their last words, should one of them fail.
exec 2>>"$words"

# Programs that a script calls can see the step they are called in.
step() {
  export SITE_STEP=$1
  current_step=$1
  : >"$words"
  echo "step: $current_step"
}

# Runs a command, shows what it says and remembers it while it may be the last.
attempt() {
  "$@" 2>&1 | tee "$words"
  : >"$words"
}

# fail REASON [EXIT_CODE]: ends the script with a reason of its own.
fail() {
  printf '%s\n' "$1" >"$words"
  is_final=${2-}
  exit "${2:-1}"
}

json_string() {
  local text
  text=$(printf '%s' "$1" | tr -d '\000-\037')
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# The last line that says something, without the passwords, which nothing should print.
last_words() {
  local line last=
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ [^[:space:]] ]] && last=$line
  done <"$words"
  local secret
  for secret in "${DB_PASSWORD-}" "${ADMIN_PASSWORD-}" "${DB_ROOT_PASSWORD-}"; do
    [[ -n $secret ]] && last=${last//"$secret"/***}
  done
  printf '%s' "${last:0:1000}"
}

# leave_message REASON: the termination message, which the control plane reads.
leave_message() {
  printf '{"step":%s,"reason":%s}' "$(json_string "$current_step")" "$(json_string "$1")" \
    >"${TERMINATION_LOG:-/dev/termination-log}"
}

at_exit() {
  local status=$? reason
  if ((status != 0)); then
    reason=$(last_words) || true
    reason=${reason:-exit status $status}
    echo "failed at $current_step: $reason"
    leave_message "$reason" || true
    # The exit codes of others are not ours to be final.
    ((status < 65 || status > 67)) || [[ -n $is_final ]] || status=1
  fi
  rm -f -- "$words"
  exit "$status"
}
trap at_exit EXIT
trap 'fail "it was asked to stop" 143' TERM

# require NAME SHAPE: a setting that reaches paths or SQL has this shape, or nothing is done.
require() {
  [[ ${!1-} =~ ^($2)$ ]] || fail "the setting $1 is missing or has an unexpected form"
}
uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
require TENANT_ID "$uuid"
require POD_UID "$uuid"
require GENERATION '[0-9]{1,9}'
require ATTEMPT '[0-9]{1,9}'
require SITE '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+'
