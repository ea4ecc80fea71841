#!/usr/bin/env bash
#: one API from the sources at http://127.0.0.1:9999, without nginx and limits
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha dev [flags]     Ctrl-C stops it
  --port PORT   where it listens on 127.0.0.1 (default: 9999)
The database is data/dev.db, and POST /reset is enabled.
TEXT
}

port=9999
while (($#)); do
  case $1 in
    --port) take port "$@" && shift ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

need_dotnet
mkdir -p "$ROOT/data"
DATABASE_URL=$ROOT/data/dev.db RINHA_ENABLE_RESET=true API_PORT=$port RINHA_LOG_FORMAT=${RINHA_LOG_FORMAT:-text} \
  dotnet run --project "$ROOT/Rinha.Server" &
server=$!
# `wait` ends with each signal that is passed on; the server's own end is what counts.
trap 'kill -TERM "$server" 2>/dev/null' INT TERM
while kill -0 "$server" 2>/dev/null; do
  wait "$server" && status=0 || status=$?
done
echo "stopped: exit status $status, data in $ROOT/data/dev.db"
exit "$status"
