#!/bin/sh
# Fails if one of RETIRED, which are benches that are to go, still has sites: it says how many.
set -euo pipefail

refused=no
for bench in $RETIRED; do
  sites=$VOLUME/benches/$bench/sites
  # One that has never been made has none. What cannot be read is no empty one.
  if [ ! -e "$sites" ] && [ ! -L "$sites" ]; then continue; fi
  ls "$sites" >/dev/null
  count=0
  for configuration in "$sites"/*/site_config.json; do
    if [ -e "$configuration" ]; then count=$((count + 1)); fi
  done
  if [ "$count" -gt 0 ]; then
    echo "The bench $bench still has $count sites; move them with a rollout first (POST /rollouts)."
    refused=yes
  fi
done
[ "$refused" = no ] || exit 65
echo "no bench that is retired has a site"
