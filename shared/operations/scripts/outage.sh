# Whether a script failed for an outage of what all sites share, or for want of room there. That is no failure of
# this site: the control plane tries again without counting the attempt.

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

# A configuration that cannot be read is no outage. An upgrade has two benches' servers.
is_redis_away() {
  local status sites places=(sites)
  [[ -z ${FROM_BENCH-} ]] || places+=("${VOLUME:-/volume}/benches/$FROM_BENCH/sites")
  for sites in "${places[@]}"; do
    status=0
    timeout 30 python3 -I -S -c "$redis_py" "--sites=$sites" reach >/dev/null 2>&1 || status=$?
    ((status != 69 && status != 124)) || return 0
  done
  return 1
}

# is_full PATH: whether there is hardly any room where that is.
is_full() {
  local size blocks inodes free_inodes
  read -r size blocks inodes free_inodes < <(stat --file-system --format='%S %a %c %d' "$1")
  ((size * blocks < 1048576 || (inodes > 0 && free_inodes < 16)))
}

# is_volume_full WORDS: whether the volume of the sites is what those words complain of. It might be another one, such
# as the database server's. tar says so in words of its own where there was room for a part of what it wrote.
is_volume_full() {
  [[ $1 == *"No space left on device"* || $1 == "tar: "*": Wrote only "* ]] && is_full "${VOLUME:-/volume}"
}

# is_bucket_away WORDS: whether they are those of bucket.py, which has asked the bucket for minutes before it says so. What the
# bucket refuses is no outage: a permission that is missing comes back by nobody's waiting.
is_bucket_away() {
  [[ -n ${BACKUP_BUCKET-} && $1 == "the bucket $BACKUP_BUCKET does not work: "* ]]
}

# find_outage WORDS: prints the name of what those words or a look find; fails where all is well.
find_outage() {
  if is_volume_full "$1"; then
    echo VolumeFull
  elif is_bucket_away "$1"; then
    echo BucketUnavailable
  elif is_database_away; then
    echo DatabaseUnavailable
  else
    is_redis_away && echo RedisUnavailable
  fi
}
