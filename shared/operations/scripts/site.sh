# A site's configuration and its visitors.

# configure_site [--make-encryption-key] [KEY=TEXT | KEY:=JSON ...]: changes keys of
# site_config.json, all or none, and repairs it where it is damaged.
# shellcheck disable=SC2120 # a script may want no more than the repair
configure_site() {
  attempt python3 -I -S -c "$site_config_py" "$site_directory" "$config_copy" "$claim" "$@"
}

# Longer than every process of a web server keeps a site's configuration.
visitors_seconds=${VISITORS_SECONDS:-180}

# verify_visitors open|closed|gone [PATH TIMES]: by its main address through the router; a site that is nobody's yet, at the
# bench by its own name. That a site is gone, only the router says: of the bench, a closed one is all that can be seen.
verify_visitors() {
  local url=${BENCH_URL-} wanted=$1
  if [[ -n ${HOST-} && -n ${ROUTER_URL-} ]]; then
    url=$ROUTER_URL
  elif [[ $wanted == gone ]]; then
    wanted=closed
  fi
  if [[ -n $url ]]; then
    attempt python3 -I -S -c "$visit_py" "$url" "$SITE" "${HOST:-$SITE}" "$wanted" "$visitors_seconds" "${@:2}"
  else
    echo "neither ROUTER_URL nor BENCH_URL is set, so nobody looked at what visitors get"
  fi
}
