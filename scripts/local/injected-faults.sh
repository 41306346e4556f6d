# The faults that LOCAL_BENCH_FAULTS asks for, comma-separated, as both fakes understand them:
#
#   subdomain:step       what is called in that step fails for that site
#   subdomain:step:once  only the first time, for a directory below `faults` remembers it
#
# Runs in the bench directory.

# is_fault HOST STEP: whether what is called now shall fail.
is_fault() {
  local fault=${1%%.*}:$2
  [[ ,$LOCAL_BENCH_FAULTS, != *",$fault,"* ]] || return 0
  [[ ,$LOCAL_BENCH_FAULTS, == *",$fault:once,"* ]] || return 1
  # Of two at the same moment, only one makes the directory, and is the first.
  mkdir -p faults && mkdir "faults/$fault" 2>/dev/null
}

# fail_if_asked WHAT HOST STEP: fails and says so, if it shall.
fail_if_asked() {
  is_fault "$2" "$3" || return 0
  echo "$1 failed for $2: this fault was asked for by LOCAL_BENCH_FAULTS" >&2
  exit 1
}
