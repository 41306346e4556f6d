# Another database and other files in the place of those that a site has now, which are kept beside it:
#
#   tenants/SITE/TENANT_ID/restored/                what a restore has made, until it is in its place; with `is-older`, where its
#                                                   database is of an older version of an app than the image
#   tenants/SITE/TENANT_ID/before-restore/DATABASE/ what belongs to a database that the site has had before:
#     site_config.json, public/files, private/files
#     from                                          where what the site gets instead comes from, as long as it is under way
#     is-replaced-by-older                          that this has to be migrated before anybody reaches it
#
# DB_NAME is the database of the tenant's record. Whatever was begun counts only when the record says so: as long as there is
# something kept of that very database, a swap away from it is under way. It can be gone on with from wherever it was
# stopped, and taken back likewise. Meanwhile the site is closed, and all its users are locked.

kept=$own_things/before-restore
swapped_folders=(public/files private/files)

# Sets `in_use` to the database of the site's configuration, which is repaired before where it is damaged.
look_at_config() {
  configure_site
  in_use=$(python3 -I -S -c 'import json, sys; print(json.load(open(sys.argv[1]))["db_name"])' \
    "$site_directory/site_config.json")
}

# use_config FILE DATABASE: the site's configuration becomes that of the file, for this database.
use_config() {
  python3 -I -S -c "$swapped_config_py" "$1" "$site_directory/site_config.json" "$2" >"$scratch/config.json"
  configure_site "--from=$scratch/config.json"
}

# exchange FOLDER FROM TO: FROM's comes in the place of the site's, which becomes TO's. Each is one rename. It replaces nothing, not
# even an empty folder: who had stalled after the last look at the fence would move what came later.
exchange() {
  local place=$site_directory/$1 new=$2/$1 old=$3/$1 try
  check_claim
  if ! exists "$old"; then
    exists "$new" || fail "there is nothing to put in the place of $1"
    mkdir -p -- "${old%/*}" "${place%/*}"
    exists "$place" || mkdir -- "$place"
    check_claim
    mv -nT -- "$place" "$old"
  fi
  for ((try = 0; try < 5; try++)); do
    exists "$new" || return 0
    # What some process has made there since is of a site that is closed.
    take_away "$place"
    check_claim
    mv -nT -- "$new" "$place"
  done
  ! exists "$new" || fail "something makes $1 again and again"
}

# swap_in FROM DATABASE: what is in FROM, relative to what is kept of the present database, becomes the site's.
swap_in() {
  local old=$kept/$DB_NAME folder
  check_claim
  # Each by itself, as what fails left of an "&&" ends nothing.
  make_directory "$kept"
  make_directory "$old"
  exists "$old/from" || ln -sT -- "$1" "$old/from"
  ! exists "$old/$1/is-older" || : >"$old/is-replaced-by-older"
  look_at_config
  if [[ $in_use == "$DB_NAME" ]]; then
    exists "$old/$1/site_config.json" || fail "what the site is to get is not there"
    cp -- "$site_directory/site_config.json" "$old/site_config.json.new"
    check_claim
    mv -fT -- "$old/site_config.json.new" "$old/site_config.json"
  fi
  for folder in "${swapped_folders[@]}"; do exchange "$folder" "$old/$1" "$old"; done
  [[ $in_use == "$2" ]] || use_config "$old/$1/site_config.json" "$2"
}

# swap_back: what the record says is the site's again, where a swap was begun.
swap_back() {
  local old=$kept/$DB_NAME from folder
  exists "$old" || return 0
  look_at_config
  if [[ $in_use != "$DB_NAME" ]]; then use_config "$old/site_config.json" "$DB_NAME"; fi
  if exists "$old/from"; then
    from=$old/$(readlink -- "$old/from")
    for folder in "${swapped_folders[@]}"; do
      ! exists "$old/$folder" || exchange "$folder" "$old" "$from"
    done
  fi
  take_away "$old"
}

# remove_leftovers DATABASE: what restores have left that came to nothing, or that was kept for long enough: all but what
# the site has, what KEPT_DATABASES names, and this database.
remove_leftovers() {
  local names name old needed
  require KEPT_DATABASES '[a-z0-9 ]*'
  needed=" $DB_NAME $1 $KEPT_DATABASES "
  name_databases
  for name in $names; do
    [[ $needed != *" $name "* ]] || continue
    check_claim
    DB_NAME=$name drop_database
  done
  for old in "$kept"/*; do
    [[ $needed == *" ${old##*/} "* ]] || take_away "$old"
  done
  take_away "$restored"
}

# settle_swap: closes the site and swaps back, where that was begun.
settle_swap() {
  exists "$kept/$DB_NAME" || return 0
  close_site
  lock_database
  swap_back
}

# swap FROM DATABASE: all of it. What fails, or what a visit does not prove, is taken back, and then the site is as it was before.
swap() {
  local swapping
  step close-site
  require_own_site
  prepare_hosts
  close_site
  lock_database
  step swap
  # In the background, so that it ends where something fails, such as for want of room.
  (
    swap_in "$1" "$2"
    DB_NAME=$2 forget_in_redis "$SITE"
  ) &
  swapping=$!
  wait "$swapping" || take_back
  [[ $SITE_IS_OPEN == yes ]] || return 0
  if exists "$kept/$DB_NAME/is-replaced-by-older"; then
    echo "the site stays closed until its database is migrated"
  else
    open_swapped "$2"
  fi
}

# open_swapped DATABASE. It is visited at the bench first: every process there knows of the database by then.
open_swapped() {
  local proof
  step open-site
  check_claim
  # It may have been left closed by an upgrade that came to nothing.
  [[ $(<"$site_directory/site_config.json") != *'"maintenance_mode": 1'* ]] || configure_site maintenance_mode:=0
  unlock_database "$1"
  login "$scratch/tenant.cnf" "$1" "$DB_PASSWORD"
  verify_unlocked
  # In the background, so that it ends where something fails.
  (
    HOST="" verify_visitors open
    open_site
    verify_visitors open
  ) &
  proof=$!
  wait "$proof" || take_back
}

# The words of what failed are the last ones.
take_back() {
  local why
  why=$(last_words)
  check_claim
  close_site
  lock_database
  swap_back
  if [[ $SITE_IS_OPEN == yes ]]; then
    unlock_database
    open_site
  fi
  fail "${why:-the new site is not reached}; it is as it was before"
}
