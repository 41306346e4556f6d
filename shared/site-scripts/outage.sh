# Whether a script failed for an outage of what all sites share. That is no failure of this site: the control
# plane tries again without counting the attempt.

# Nothing is certain of a server that has answered, whatever it said. These are a client's errors when none has, or
# when the server takes nobody: ER_CON_COUNT_ERROR, ER_SERVER_SHUTDOWN, CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR,
# CR_UNKNOWN_HOST, CR_SERVER_GONE_ERROR, CR_SERVER_LOST (https://mariadb.com/docs/server/reference/error-codes).
no_answer='ERROR (1040|1053|2002|2003|2005|2006|2013) '

# As nobody, for this container need not have any credentials: to be refused is an answer.
is_database_away() {
  local said status=0
  said=$(timeout 30 mariadb --no-defaults --protocol=tcp --connect-timeout=10 \
    --host="${DB_HOST-}" --port="${DB_PORT-}" --user=nobody </dev/null 2>&1) || status=$?
  ((status == 124)) || [[ $said =~ $no_answer ]]
}

is_redis_away() {
  ! timeout 30 python3 -I -S -c "$redis_py" reach >/dev/null 2>&1
}

# Prints the name of the outage; fails where everything answers.
find_outage() {
  if is_database_away; then
    echo DatabaseUnavailable
  else
    is_redis_away && echo RedisUnavailable
  fi
}
