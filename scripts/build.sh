#!/usr/bin/env bash
#: the server and the load tester as native executables in artifacts/
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

outcomes=()
for executable in "$SERVER" "$LOADTEST"; do
  if [[ -z $PUBLISH_FORCE ]] && is_up_to_date "$executable"; then
    outcome='up to date'
  else
    publish "$executable"
    outcome=built
  fi
  outcomes+=("$outcome: ${executable#"$ROOT/"}, $(($(stat -c %s "$executable") / 1024)) KB")
done
printf '%s; %s\n' "${outcomes[@]}"
