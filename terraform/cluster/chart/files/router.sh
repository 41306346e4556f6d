#!/bin/sh
# Starts the router's nginx. A bench's name is looked up while it runs, for a bench may come later than the router, and
# be made anew: nginx wants to be told whom to ask, which is in the Pod's own resolv.conf. Kept for a Service's name's
# usual time, and by IPv4, which all Services have.
set -euo pipefail

servers=$(awk '$1 == "nameserver" { printf "%s ", ($2 ~ /:/ ? "[" $2 "]" : $2) }' "${RESOLV_CONF:-/etc/resolv.conf}")
printf 'resolver %svalid=30s ipv6=off;\n' "$servers" >"${RESOLVER:-/tmp/resolver.conf}"
exec nginx -e stderr -c /etc/kairos-router/nginx.conf -g 'daemon off;'
