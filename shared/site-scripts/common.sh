# What every site script begins with. Runs in the bench directory of Frappe's image.
#
# Everything variable comes as environment. A script says at which step it is (`step NAME`), runs
# bench through `attempt`, and, when it fails, leaves {"step","reason"} as its termination message,
# with the last words of what failed as the reason.
set -euo pipefail

current_step=start
words=$(mktemp)

step() {
  current_step=$1
  echo "step: $current_step"
}

# Runs a command, shows what it says and remembers it for the termination message.
attempt() {
  "$@" 2>&1 | tee "$words"
}

# Ends the script with a reason of its own.
fail() {
  echo "$1" | tee "$words" >&2
  exit 1
}

json_string() {
  local text
  text=$(printf '%s' "$1" | tr -d '\000-\037')
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# The last line that says something, without the passwords, which no bench should print.
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

leave_message() {
  local status=$?
  if ((status != 0)); then
    local reason
    reason=$(last_words)
    printf '{"step":%s,"reason":%s}' \
      "$(json_string "$current_step")" \
      "$(json_string "${reason:-exit status $status}")" \
      >"${TERMINATION_LOG:-/dev/termination-log}"
  fi
  rm -f "$words"
}
trap leave_message EXIT
