# Init container of a create: makes an empty database and its user. It alone has the administrator's
# credentials; the container after it, which runs the apps' code, has only the tenant's.
#
# What an earlier attempt left half made is removed first: bench cannot take it up again.

# What a create needs later is looked at now, not after minutes of work.
step check-services
sql "SELECT 1;"
check_redis

step database
own claim
if is_provisioned; then
  echo "the site is made already"
  exit 0
fi
remove_directory
check_claim
rm -f -- "$config_copy"
drop_database
# The database keeps its name, by which Redis keeps what the earlier attempt's was asked.
forget_in_redis "$SITE"
check_claim
create_database
