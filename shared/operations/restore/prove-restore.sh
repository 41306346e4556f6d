# Proves that what a restore has made has its apps, by what it says of itself. The apps' code runs here, so it knows no
# administrator.

step list-apps
require_own_site
in_use=$(python3 -I -S -c 'import json, sys; print(json.load(open(sys.argv[1]))["db_name"])' \
  "$site_directory/site_config.json")
if [[ $in_use == "$RESTORED_DATABASE" ]]; then
  echo "it is in its place already, so an earlier attempt has proved it"
  exit 0
fi
here=$PWD
mapfile -t wanted_apps <"$restored/apps"
cd -- "$restored"
attempt "$here/env/bin/python" -c "$verify_apps_py" "$SITE" "${wanted_apps[@]}"
