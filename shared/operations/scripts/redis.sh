# The Redis servers of the bench in use.

redis() {
  attempt python3 -I -S -c "$redis_py" "--sites=$bench_sites" "$@"
}

check_redis() {
  redis check
}

# forget_in_redis [SITE]: removes what Redis has of the tenant's database, and the background jobs of SITE.
forget_in_redis() {
  redis forget "$DB_NAME" "$@"
}

# count_jobs: sets `jobs` to how many background jobs of the site wait or are worked on.
count_jobs() {
  interruptible python3 -I -S -c "$redis_py" "--sites=$bench_sites" count "$SITE" >"$scratch/jobs"
  jobs=$(<"$scratch/jobs")
}
