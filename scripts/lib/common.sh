# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# What every verb shares: where things are, and how it speaks. Sourced with ROOT already set.

# The executables, as `./rinha build` leaves them.
SERVER=$ROOT/artifacts/server/Rinha.Server
LOADTEST=$ROOT/artifacts/loadtest/Rinha.LoadTest
# Where each running stack makes a directory for its sockets. The tests have a place of their own.
SOCKETS_PARENT=${SOCKETS_PARENT:-/tmp}
# nginx lives in /usr/sbin, which is not in the PATH of every user.
PATH=$PATH:/usr/sbin:/sbin

die() {
  echo "rinha: $*" >&2
  exit 1
}

misuse() {
  echo "rinha: $*" >&2
  exit 2
}

unknown_flag() {
  misuse "unknown flag '$1'; ./rinha $(basename "$0" .sh) --help lists them"
}

# take VARIABLE FLAG [VALUE]: the value of a flag, which must be there.
take() {
  local -n target=$1
  [[ -n ${3:-} ]] || misuse "$2 needs a value"
  target=$3
}

# check_counts NUMBER…: each a whole number from 1.
check_counts() {
  local number
  for number in "$@"; do
    [[ $number =~ ^[1-9][0-9]{0,4}$ ]] || misuse "not a count: '$number'"
  done
}

check_port() {
  if [[ ! $1 =~ ^[1-9][0-9]{0,4}$ ]] || (($1 > 65535)); then
    misuse "not a port: '$1'"
  fi
}

# What stands between the quotes of a JSON string.
json_escape() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# A number of JSON, where what was read is one.
json_number() {
  [[ $1 =~ ^[0-9]+(\.[0-9]+)?$ ]] && echo "$1" || echo null
}

# An event of the supervisor, with its time. A full disk, which cannot take the line, does not end the supervisor.
event() {
  printf '%(%H:%M:%S)T %s\n' -1 "$*" 2>/dev/null || true
}
