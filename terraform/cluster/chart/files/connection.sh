# How the client reaches the MariaDB, for scripts that source this: `connection` are its options. They lie in
# a file, so that the password is on no command line. In the environment it would be none to newer clients,
# which then check no certificate.
#
#   DB_TLS      default: as the client does by itself; verify: the certificate is checked; off: no encryption
#   DB_TLS_CA   for verify: whose certificates are believed, in PEM; else those that the image knows

# option NAME VALUE: a line of the file, in which a value may hold anything but the end of a line.
option() {
  [[ $2 != *$'\n'* ]] || fail "the database's $1 has an unexpected form"
  printf '%s="%s"\n' "$1" "${2//\\/\\\\}"
}

login=$(mktemp -d)
trap 'rm -rf -- "$login"' EXIT
{
  printf '[client]\nprotocol=tcp\n'
  option host "$DB_HOST"
  option port "$DB_PORT"
  option user "$DB_ROOT_USERNAME"
  option password "$DB_ROOT_PASSWORD"
  case ${DB_TLS:-default} in
    default) ;;
    verify)
      printf 'ssl\nssl-verify-server-cert\n'
      if [[ -n ${DB_TLS_CA-} ]]; then
        printf '%s\n' "$DB_TLS_CA" >"$login/ca.pem"
        option ssl-ca "$login/ca.pem"
      fi
      ;;
    off) printf 'skip-ssl\n' ;;
    *) fail "DB_TLS must be default, verify or off" ;;
  esac
} >"$login/options.cnf"
connection=("--defaults-file=$login/options.cnf")
