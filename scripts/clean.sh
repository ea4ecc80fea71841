#!/usr/bin/env bash
#: removes what builds and tests leave; --data also the database
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha clean [flags]
  --data   also the data directory: the database and the logs
TEXT
}

with_data=''
while (($#)); do
  case $1 in
    --data) with_data=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

stack_at "$ROOT/data"
need flock util-linux
! stack_is_running || die "a stack is running on $DATA (./rinha stop)"
! state_read || die "a killed supervisor left processes on $DATA (./rinha stop)"

rm -rf -- "$ROOT/artifacts"
find "$ROOT" -path "$ROOT/.git" -prune -o -type d \( -name bin -o -name obj -o -name TestResults \) -prune \
  -exec rm -rf -- {} +
if [[ -n $with_data ]]; then
  rm -rf -- "$DATA"
  echo 'clean: builds and data are gone'
else
  echo 'clean: builds are gone, data was kept'
fi
