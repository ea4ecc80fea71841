#!/usr/bin/env bash
#: the server as one native executable, artifacts/server/Rinha.Server
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/common.sh
source "$ROOT/scripts/lib/common.sh"
# shellcheck source=scripts/lib/need.sh
source "$ROOT/scripts/lib/need.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha build [flags]
  --force   even when no source is newer than the executable
TEXT
}

while (($#)); do
  case $1 in
    --force) PUBLISH_FORCE=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

if [[ -z $PUBLISH_FORCE ]] && is_up_to_date; then
  outcome='up to date'
else
  publish
  outcome=built
fi
echo "$outcome: ${SERVER#"$ROOT/"}, $(($(stat -c %s "$SERVER") / 1024)) KB"
