#!/usr/bin/env bash
# Makes the directories of the volume: where the links of host names are, whose each site is, and the sites of each bench of
# BENCHES. What is there already stays as it is.
set -euo pipefail

read -ra names <<<"$BENCHES"
sites=("${names[@]/%//sites}")
mkdir -p -- "$VOLUME/hosts" "$VOLUME/tenants" "${sites[@]/#/$VOLUME/benches/}"
echo "the volume has hosts, tenants and the sites of: ${names[*]}"
