# What every site script begins with. Runs in the bench directory of Frappe's image.
#
# Everything variable comes as environment. A script says at which step it is and since when (`step NAME`), runs
# what others wrote through `attempt`, and leaves a termination message, which the control plane reads:
#
#   step    the last one
#   reason  when it fails, the last words of what failed; on success only what makes it no plain one
#   code    for programs: what all sites share and is away or full, or what is missing for good
#   patch   where a migration failed, the patch of an app's that it was at
#   result  on success, what it has come to: a JSON object
#   apps    on success, the versions of the site's apps, where it has looked: a JSON object
#   steps   [name, when it began], and "ended", when the message was left, in seconds since 1970
#
# Exit codes that no further attempt can change, given by `fail` alone:
#   65  the site belongs to somebody else; nothing was touched
#   66  something that the site needs is not there: an app in the image, a user
#   67  a newer operation has taken over, or the tenant is gone; nothing was touched
#   68  an app's migration failed
set -euo pipefail
shopt -s inherit_errexit
# Texts are cut between characters, not within one.
export LC_ALL=C.UTF-8

current_step=start
steps=
latest=0
is_final=
failure=
failure_code=
scratch=$(mktemp -d)
words=$scratch/words
# What the script's own commands complain of is their last words, should one of them fail.
exec 2>>"$words"

# Sets `now` to the seconds since 1970 with three decimals, without a process of its own. It never goes back, whatever
# happens to the machine's clock.
look_at_clock() {
  local microseconds=${EPOCHREALTIME/[!0-9]/}
  ((microseconds < latest)) || latest=$microseconds
  now=${latest:0:-6}.${latest: -6:3}
}

# Programs that a script calls can see the step they are called in.
step() {
  local began
  export SITE_STEP=$1
  current_step=$1
  : >"$words"
  look_at_clock
  steps+="${steps:+,}[\"$1\",$now]"
  TZ=UTC0 printf -v began '%(%Y-%m-%dT%H:%M:%S)T' "${now%.*}"
  echo "step: $1 at $began.${now#*.}Z"
}

# interruptible COMMAND...: bash sees a signal only between two commands and while it waits, so it waits.
interruptible() {
  # By itself a command in the background would get no input.
  "$@" <&0 &
  wait "$!"
}

# attempt COMMAND...: runs it, shows what it says and remembers it while it may be the last.
attempt() {
  interruptible relay "$@"
  : >"$words"
}

# The shell that runs a pipeline reports a command that was killed, in words of its own. Nobody needs them.
relay() {
  exec 2>/dev/null
  "$@" 2>&1 | python3 -I -S -c "$relay_py" "$words"
}

# fail REASON [EXIT_CODE [CODE]]: ends the script with a reason of its own, and a name for it for programs.
fail() {
  failure=$1
  failure_code=${3-}
  # Where this is a subshell, its parent reads it there.
  printf '%s\n' "$1" >"$words"
  is_final=${2-}
  exit "${2:-1}"
}

# Kubernetes keeps 4096 bytes of a termination message, and half of one is none.
max_reason_bytes=2000
max_steps_bytes=1000

# byte_count TEXT: sets `bytes` to its length in UTF-8.
byte_count() {
  local LC_ALL=C
  bytes=${#1}
}

# json_string TEXT: it as JSON, cut where that is longer than a reason may be.
json_string() {
  local text quoted
  text=$(printf '%s' "$1" | tr -d '\000-\037')
  while true; do
    quoted=${text//\\/\\\\}
    quoted=${quoted//\"/\\\"}
    byte_count "$quoted"
    ((bytes > max_reason_bytes)) || break
    text=${text:0:${#text} * 3 / 4}
  done
  printf '"%s"' "$quoted"
}

# without_passwords TEXT: sets `clean` to it, without what nothing should print.
without_passwords() {
  clean=$1
  local secret
  for secret in "${DB_PASSWORD-}" "${ADMIN_PASSWORD-}" "${DB_ROOT_PASSWORD-}" "${BACKUP_KEY-}"; do
    [[ -z $secret ]] || clean=${clean//"$secret"/***}
  done
}

# The last line that says something.
last_words() {
  local line last=
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ [^[:space:]] ]] && last=$line
  done <"$words"
  without_passwords "$last"
  printf '%s' "${clean:0:1000}"
}

# reason_of EXIT_STATUS: why the script ends.
reason_of() {
  local last
  last=${failure:-$(last_words)}
  # What has no room for its files has none for its words either.
  [[ -n $last ]] || ! is_full "$scratch" || last="there is no room in $scratch, the Pod's own disk"
  if [[ -z $failure ]] && (($1 > 128)); then
    printf 'SIG%s ended it%s' "$(kill -l "$1")" "${last:+; the last that it said: $last}"
  else
    printf '%s' "${last:-exit status $1}"
  fi
}

left_reason=
result=
patch=
app_versions=

# leave_message [REASON [CODE]]: the termination message. A list of steps that is too long is in the log alone.
leave_message() {
  local said=
  left_reason=${1-}
  [[ -z $left_reason ]] || said=,\"reason\":$(json_string "$left_reason")
  [[ -z ${2-} ]] || said+=,\"code\":\"$2\"
  [[ -z $patch ]] || said+=,\"patch\":$(json_string "${patch:0:200}")
  [[ -z $result ]] || said+=,\"result\":$result
  [[ -z $app_versions ]] || said+=,\"apps\":$app_versions
  ((${#steps} <= max_steps_bytes)) || steps=
  look_at_clock
  printf '{"step":"%s"%s,"steps":[%s],"ended":%s}' "$current_step" "$said" "$steps" "$now" \
    >"${TERMINATION_LOG:-/dev/termination-log}"
}

# leave_reason REASON: leaves it at once, for the look for an outage takes its time.
leave_reason() {
  local code
  echo "failed at $current_step: $1"
  leave_message "$1" "$failure_code"
  [[ -z $is_final ]] || return 0
  code=$(find_outage "$1") || return 0
  echo "what all sites share is away or full: $code"
  leave_message "$1" "$code"
}

at_exit() {
  local status=$? reason
  ((BASHPID == $$)) || exit "$status"
  trap '' TERM ALRM
  [[ -z ${time_limit_pid-} ]] || kill "$time_limit_pid" || true
  if ((status == 0)); then
    leave_message "$left_reason" || true
  else
    reason=$(reason_of "$status") || true
    leave_reason "$reason" || true
    # The exit codes of others are not ours to be final.
    ((status < 65 || status > 68)) || [[ -n $is_final ]] || status=1
  fi
  rm -rf -- "$scratch"
  exit "$status"
}
# A child that is killed before it has become another program still has these traps, and would speak for the script.
trap at_exit EXIT
trap '((BASHPID == $$)) || exit 143; fail "it was asked to stop" 143' TERM

# require NAME SHAPE: a setting that reaches paths or SQL has this shape, or nothing is done.
require() {
  [[ ${!1-} =~ ^($2)$ ]] || fail "the setting $1 is missing or has an unexpected form"
}
uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
require TENANT_ID "$uuid"
require POD_UID "$uuid"
require GENERATION '[0-9]{1,9}'
require ATTEMPT '[0-9]{1,9}'
require SITE 'tn[0-9a-f]{32}'
require BENCH '[a-z]([a-z0-9-]*[a-z0-9])?'
require TIME_LIMIT_SECONDS '[0-9]{1,6}'

# The script ends before its Job's deadline does: with the Job's, the Pod is deleted, and with it all that
# it said.
trap 'fail "it did not end within $TIME_LIMIT_SECONDS seconds"' ALRM
python3 -I -S -c "$time_limit_py" "$$" "$TIME_LIMIT_SECONDS" </dev/null >/dev/null 2>&1 3>&- &
time_limit_pid=$!
