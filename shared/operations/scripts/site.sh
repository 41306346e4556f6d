# A site's configuration and its visitors.

# configure_site [--make-encryption-key] [KEY=TEXT | KEY:=JSON ...]: changes keys of site_config.json, all or none, and
# repairs it where it is damaged.
# shellcheck disable=SC2120 # a script may want no more than the repair
configure_site() {
  attempt python3 -I -S -c "$site_config_py" "sites/$SITE" "$config_copy" "$@"
}

# Longer than every process of a web server keeps a site's configuration.
visitors_seconds=180

# verify_visitors open|closed [PATH TIMES]
verify_visitors() {
  if [[ -n ${BENCH_URL-} ]]; then
    attempt python3 -I -S -c "$visit_py" "$BENCH_URL" "$SITE" "$1" "$visitors_seconds" "${@:2}"
  else
    echo "BENCH_URL is not set, so nobody looked at what visitors get"
  fi
}
