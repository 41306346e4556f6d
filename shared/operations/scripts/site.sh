# A site's configuration and its visitors.

# configure_site [--make-encryption-key] [KEY=TEXT | KEY:=JSON ...]: changes keys of
# site_config.json, all or none, and repairs it where it is damaged.
# shellcheck disable=SC2120 # a script may want no more than the repair
configure_site() {
  attempt python3 -I -S -c "$site_config_py" "$site_directory" "$config_copy" "$claim" "$@"
}

# Longer than every process of a web server keeps a site's configuration.
visitors_seconds=180

# verify_visitors open|closed [PATH TIMES]: by its main address through the router; a site that is nobody's yet, at the
# bench by its own name.
verify_visitors() {
  local url=${BENCH_URL-}
  [[ -z ${HOST-} || -z ${ROUTER_URL-} ]] || url=$ROUTER_URL
  if [[ -n $url ]]; then
    attempt python3 -I -S -c "$visit_py" "$url" "$SITE" "${HOST:-$SITE}" "$1" "$visitors_seconds" "${@:2}"
  else
    echo "neither ROUTER_URL nor BENCH_URL is set, so nobody looked at what visitors get"
  fi
}
