#!/usr/bin/env bash
#: a stack in containers: up, down, status, check, contest
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"
# shellcheck source=scripts/lib/engine.sh
source "$ROOT/scripts/lib/engine.sh"
# shellcheck source=scripts/lib/standin.sh
source "$ROOT/scripts/lib/standin.sh"
# shellcheck source=scripts/lib/images.sh
source "$ROOT/scripts/lib/images.sh"
# shellcheck source=scripts/lib/compose.sh
source "$ROOT/scripts/lib/compose.sh"
# shellcheck source=scripts/lib/containers.sh
source "$ROOT/scripts/lib/containers.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha compose up|down|status|check|contest [flags]
  up        builds the image and starts the stack; returns once it is healthy
  down      stops and removes it, except the data
  status    each container with its limits, its memory and its health; exit 3 when nothing runs
  check     whether the limits, users, capabilities and ports of what runs are as they should be; exit 1 if not
  contest   a fresh stack, the organiser's readiness protocol, the official simulation, its report, down

  --stack NAME       which stack: nginx-sqlite (default), nginx-postgres or caddy-postgres (stacks/README.md)
  --split NAME       how its limits are shared out: split (default) or tuned
  --host             up, contest: the proxy on the host's network instead of a bridge (port 9999)
  --port PORT        up, contest: the published port of the bridge network (default: 9999)
  -v, --volumes      down: the data too
  --short            contest: a ramp of 20 s instead of the official 4 minutes
  --install-engine   where no container engine answers: installs Debian's, starts it for this run and stops it afterwards
                     (after `up`, the next `down` stops it)
Flags of the simulation, such as -o html -O report.html, come after -- (contest).
TEXT
}

stack=$STACK_DEFAULT split=$SPLIT_DEFAULT
action='' network=bridge install='' volumes='' port=9999
simulation=()
while (($#)); do
  case $1 in
    up | down | status | check | contest)
      [[ -z $action ]] || misuse "one of '$action' and '$1', not both"
      action=$1
      ;;
    --stack) take stack "$@" && shift ;;
    --split) take split "$@" && shift ;;
    --host) network=host ;;
    --port) take port "$@" && shift ;;
    -v | --volumes) volumes=yes ;;
    --short) simulation+=("$1") ;;
    --install-engine) install=yes ;;
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
[[ -n $action ]] || misuse 'up, down, status, check or contest? (./rinha compose --help)'
check_port "$port"
[[ $network == bridge || $port == 9999 ]] || misuse 'on the host network the port is 9999'
[[ ${#simulation[@]} == 0 || $action == contest ]] || misuse "$action knows nothing of '${simulation[0]}'"

stack_choose "$stack" "$split"
limits_load "$SPLIT_FILE"
limits_check
export RINHA_PORT=$port
compose_at "$network"

up() {
  images_prepare
  images_build
  compose_up
}

up_and_describe() {
  up
  KEEP_ENGINE=yes
  print_status
  printf 'up: %s, healthy after %d.%d s\n' "$(compose_url)" $((UP_MS / 1000)) $((UP_MS % 1000 / 100))
}

down() {
  compose down --remove-orphans ${volumes:+--volumes} >"$ROOT/artifacts/compose.log" 2>&1 ||
    die "docker compose down failed: $(tail -n 1 "$ROOT/artifacts/compose.log")"
  echo "stopped: $PROJECT${volumes:+, its data is gone}"
}

# The organiser's way: a stack without a past, 5 s, then at most 20 times two statements 2 s apart; both must be right,
# and then the load comes at once.
contest() {
  local attempt ready='' status=0
  publish "$LOADTEST"
  volumes=yes
  [[ -z $(containers) ]] || die "the stack $PROJECT is up (./rinha compose down)"
  DOWN_AT_EXIT=yes
  up
  sleep 5
  for ((attempt = 1; attempt <= 20; attempt++)); do
    if answers && answers; then
      ready=yes
      break
    fi
    sleep 2
  done
  [[ -n $ready ]] || die "$(compose_url) did not answer in 20 attempts"
  echo "ready at attempt $attempt; healthy after $UP_MS ms" >&2
  "$LOADTEST" contest "$(compose_url)" "${simulation[@]}" || status=$?
  print_peaks >&2
  return "$status"
}

answers() {
  curl --silent --fail --output /dev/null --noproxy '*' --max-time 2 "$(compose_url)/clientes/1/extrato"
}

# An engine that this run has started ends with it, unless a stack stays behind that needs it.
finish() {
  [[ -z $DOWN_AT_EXIT ]] || down
  [[ -z $ENGINE_STARTED || -n $KEEP_ENGINE ]] || engine_stop
}

DOWN_AT_EXIT='' KEEP_ENGINE=''
trap finish EXIT
trap 'exit 1' INT TERM
mkdir -p "$ROOT/artifacts"
engine_need "$install" >&2
case $action in
  up) up_and_describe ;;
  down)
    down
    engine_stop
    ;;
  status) print_status ;;
  check) check_containers ;;
  contest) contest ;;
esac
