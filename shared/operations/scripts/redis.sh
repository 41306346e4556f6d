# The bench's Redis servers.

check_redis() {
  attempt python3 -I -S -c "$redis_py" check
}

# forget_in_redis [SITE]: removes what Redis has of the tenant's database, and the background jobs of SITE.
forget_in_redis() {
  attempt python3 -I -S -c "$redis_py" forget "$DB_NAME" "$@"
}
