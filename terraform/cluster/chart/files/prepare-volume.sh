#!/usr/bin/env bash
# Makes the directories of the volume: where the links of host names are, whose each site is, and the bench's sites. What
# is there already stays as it is.
set -euo pipefail

mkdir -p -- "$VOLUME/hosts" "$VOLUME/tenants" "$VOLUME/benches/main/sites"
echo "the volume has hosts, tenants and benches/main/sites"
