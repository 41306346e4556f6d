# Names of databases and users, and the files that are called after them, for scripts that source this. A name
# may have any character. From the server it comes as hexadecimal digits, which nothing in between can misread;
# in a file's name what could not stand there is written as %XX. So it is in messages, where it is all one line.
set -euo pipefail
# Bytes, whatever the machine's language is.
export LC_ALL=C

# file_of HEX: the name as a file's. What is not ASCII stays, or the longest would not fit.
file_of() {
  local hex=${1^^} digits first=yes
  while [[ -n $hex ]]; do
    digits=${hex:0:2}
    hex=${hex:2}
    case $first$digits in
      *3[0-9] | *4[1-9A-F] | *5[0-9AF] | *6[1-9A-F] | *7[0-9A] | *[89A-F]? | no2[DE]) printf '%b' "\\x$digits" ;;
      *) printf '%%%s' "$digits" ;;
    esac
    first=no
  done
}

# name_of FILE VARIABLE: the name that file_of was given.
name_of() {
  printf -v "$2" '%b' "${1//%/\\x}"
}

# decode HEX VARIABLE: what the digits stand for.
decode() {
  local i bytes=""
  for ((i = 0; i < ${#1}; i += 2)); do bytes+="\\x${1:i:2}"; done
  printf -v "$2" '%b' "$bytes"
}

# hex_of TEXT: its digits.
hex_of() {
  printf '%s' "$1" | od --address-radix=n --format=x1 --output-duplicates | tr --delete ' \n' | tr a-f A-F
}
