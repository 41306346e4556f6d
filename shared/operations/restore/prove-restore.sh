# Proves that what a restore has made has its apps, by what it says of itself. The apps' code runs here, so it knows no
# administrator.

step list-apps
require_own_site
bench=$PWD
place=$own_things/restored
wanted_apps=()
if exists "$place/apps"; then
  mapfile -t wanted_apps <"$place/apps"
else
  # It is in its place already: an earlier attempt ended after that.
  place=$bench
fi
cd -- "$place"
attempt "$bench/env/bin/python" -c "$verify_apps_py" "$SITE" "${wanted_apps[@]}"
