# The versions of apps. None of their code runs.

# version_in_image APP: sets `has` to it, or to nothing where the image does not say.
version_in_image() {
  local line
  has=
  while IFS= read -r line; do
    [[ ! $line =~ ^__version__\ *=\ *[\"\']([^\"\']+) ]] || has=${BASH_REMATCH[1]}
  done < <(cat -- "apps/$1/$1/__init__.py" || true)
}

# version_of VERSION: sets `version` to its three numbers as one that compares, or to nothing where it has none.
version_of() {
  version=
  [[ ! $1 =~ ^v?([0-9]{1,5})(\.([0-9]{1,5}))?(\.([0-9]{1,5}))? ]] ||
    printf -v version '%d%05d%05d' "$((10#${BASH_REMATCH[1]}))" "$((10#${BASH_REMATCH[3]:-0}))" "$((10#${BASH_REMATCH[5]:-0}))"
}

# is_older VERSION OTHER: where either is no version, nobody knows.
is_older() {
  local version mine
  version_of "$1"
  mine=$version
  version_of "$2"
  [[ -n $mine && -n $version ]] && ((mine < version))
}

# tell_versions LINES, of an app and its version each: they are in the message that is left, or where there is no room for all of
# them, none.
tell_versions() {
  local app had pairs=
  while IFS=$'\t' read -r app had; do
    [[ -n $app && -n $had ]] || continue
    pairs+=${pairs:+,}$(json_string "$app"):$(json_string "$had")
  done <<<"$1"
  byte_count "$pairs"
  ((bytes == 0 || bytes > 700)) || app_versions="{$pairs}"
}
