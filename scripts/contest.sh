#!/usr/bin/env bash
#: the contest's official simulation against a fresh stack, and its score
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha contest [flags] [-- FLAGS OF THE SIMULATION]
  --url URL            a running server instead of a fresh stack; its ledger must be empty
  --port PORT          where the fresh stack listens (default: 9999)
  --stack NAME         which stack: nginx-sqlite (default), nginx-postgres or caddy-postgres
  --split NAME         how its limits are shared out: split (default) or tuned
  --no-limits          the fresh stack without its limits
  --short              the opening, then a ramp of 20 s instead of the official 4 minutes
  --wait-validations   start the load only after all validations; officially it waits for the 404 alone
The simulation's own flags, such as -o html -O report.html, come after --; its exit status is 1 when anything failed.
TEXT
}

url='' port=9999 stack=$STACK_DEFAULT split=$SPLIT_DEFAULT
flags=() simulation=()
while (($#)); do
  case $1 in
    --url) take url "$@" && shift ;;
    --port) take port "$@" && shift ;;
    --stack) take stack "$@" && shift ;;
    --split) take split "$@" && shift ;;
    --no-limits) flags+=("$1") ;;
    --short | --wait-validations) simulation+=("$1") ;;
    --help) usage && exit ;;
    --)
      shift
      simulation+=("$@")
      break
      ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done

stack_choose "$stack" "$split"
publish "$LOADTEST" >&2
if [[ -z $url ]]; then
  # On the disk that the repository is on, as ./data would be; and beside it, as that one is somebody's.
  data=$ROOT/artifacts/contest
  trap '"$ROOT/rinha" stop --data "$data" >&2; rm -rf -- "$data"' EXIT
  trap 'exit 1' INT TERM
  url=http://localhost:$port
  "$ROOT/rinha" run --detach --fresh --data "$data" --port "$port" --stack "$STACK" --split "$SPLIT" \
    "${flags[@]}" >&2
  # The organiser's readiness check, and the only warm-up there is: two statements, one for each API.
  for _ in 1 2; do
    curl --silent --fail --output /dev/null --noproxy '*' --max-time 2 "$url/clientes/1/extrato" ||
      die "$url does not answer"
  done
fi
"$LOADTEST" contest "$url" "${simulation[@]}"
