#!/usr/bin/env bash
# Brings back what the bucket has of the volume: the files of its mirror first, and then the links and empty directories of
# its list, which a bucket cannot hold.
#
#   SITE=tn…        one site alone, by its name in the bench, with the host names that lead to it; left out, all there is
#   OVERWRITE=yes   what is there and is another is replaced; without it, it stays as it is
#
# A link is made as it was, with its target relative. A line of the list that no link of this system would give is refused.
set -euo pipefail

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

name='tn[0-9a-f]{32}'
host='[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*'
[[ -z ${SITE-} || $SITE =~ ^$name$ ]] || fail "SITE must be a site's name in the bench: tn and 32 hexadecimal digits"

# What a line of the list is about, and what a link may lead to.
paths="^(hosts/$host|tenants/$name/(current|suspended|updating|retained|moved-to|moved-to/$host)|(hosts|tenants|tenants/$name(/[A-Za-z0-9._-]+)*))$"
targets="^(\.\./tenants/$name/(current|moved-to/$host)|\.\./\.\./benches/[a-z0-9-]+/sites/$name|suspended|updating|retained)$"
left=()

is_wanted() {
  [[ -z ${SITE-} || /$1/ == *"/$SITE/"* || /$2/ == *"/$SITE/"* ]]
}

bring_link() {
  local path=$VOLUME/$1
  if [[ -L $path && $(readlink -- "$path") == "$2" ]]; then return; fi
  if [[ -e $path || -L $path ]]; then
    if [[ ! -L $path || ${OVERWRITE-} != yes ]]; then
      left+=("$1 is there, and is another")
      return
    fi
  fi
  mkdir -p -- "${path%/*}"
  ln -s -- "$2" "$path.new"
  mv -T -- "$path.new" "$path"
}

bring() {
  local kind=$1 path=$2 target=$3
  if [[ ! $path =~ $paths || /$path/ == */../* ]]; then
    left+=("$path is no path of this system")
  elif [[ $kind == directory ]]; then
    mkdir -p -- "$VOLUME/$path"
  elif [[ $kind == link && $target =~ $targets ]]; then
    bring_link "$path" "$target"
  else
    left+=("$path leads to what no link of this system does: $target")
  fi
}

options=(--quiet --recursive)
if [[ ${OVERWRITE-} != yes ]]; then options+=(--no-clobber); fi
folders=("")
if [[ -n ${SITE-} ]]; then
  # In whichever bench it was that night.
  files=$(gcloud storage ls "gs://$BUCKET/volume/benches/*/sites/$SITE/**") || fail "the bucket has no site $SITE"
  [[ $files =~ /volume/benches/([a-z0-9-]+)/sites/$SITE/ ]] || fail "the bucket has the site $SITE in no bench"
  folders=("/benches/${BASH_REMATCH[1]}/sites/$SITE" "/tenants/$SITE")
fi
for folder in "${folders[@]}"; do
  mkdir -p -- "$VOLUME$folder"
  gcloud storage rsync "${options[@]}" "gs://$BUCKET/volume$folder" "$VOLUME$folder"
done

lines=$(gcloud storage cat "gs://$BUCKET/links/LINKS")
brought=0
while IFS=$'\t' read -r kind path target; do
  if [[ -z $kind ]] || ! is_wanted "$path" "$target"; then continue; fi
  bring "$kind" "$path" "$target"
  brought=$((brought + 1))
done <<<"$lines"

if ((${#left[@]} > 0)); then
  echo "not brought back:"
  printf '%s\n' "${left[@]}"
  exit 1
fi
echo "the files are back, and $brought links and directories"
