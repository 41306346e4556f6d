# MariaDB's client, and whom it logs in as.

require DB_NAME '[a-z0-9]{1,64}'
require DB_HOST '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?'
require DB_PORT '[0-9]{1,5}'
require DB_TLS 'default|verify|off'

# option NAME VALUE: a line of an option file, in which a value may hold anything but the end of a line.
option() {
  [[ $2 != *$'\n'* ]] || fail "the database's $1 has an unexpected form"
  printf '%s="%s"\n' "$1" "${2//\\/\\\\}"
}

# login FILE USER PASSWORD: how the client reaches the server and who it is, as an option file. A
# password in the environment would be none to newer clients, which then check no certificate.
login() {
  {
    # Not in the group of all clients: mariadb-dump refuses to know it.
    printf '[mariadb-client]\nconnect-timeout=20\n[client]\nprotocol=tcp\n'
    option host "$DB_HOST"
    option port "$DB_PORT"
    option user "$2"
    option password "$3"
    case $DB_TLS in
      verify) printf 'ssl\nssl-verify-server-cert\n' ;;
      off) printf 'skip-ssl\n' ;;
    esac
    [[ $DB_TLS != verify || -z ${DB_TLS_CA-} ]] || option ssl-ca "$scratch/ca.pem"
  } >"$1"
}
[[ -z ${DB_TLS_CA-} ]] || printf '%s\n' "$DB_TLS_CA" >"$scratch/ca.pem"
# query LOGIN STATEMENTS: runs them in bounded time and sets `rows` to what they give.
query() {
  interruptible timeout --foreground 300 mariadb --defaults-file="$scratch/$1.cnf" \
    --batch --skip-column-names >"$scratch/rows" <<<"$2" || return
  rows=$(<"$scratch/rows")
}
