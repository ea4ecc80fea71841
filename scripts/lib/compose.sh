# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # some variables are set in, or for, the scripts that source this
# A stack in containers: Compose, and what the engine and the kernel say of its containers.

# The organiser gives a stack 40 s to answer.
readonly UP_BOUND_S=40

# compose_at NETWORK: which files count for the stack that was chosen: those of the bridge network, of the host's, or of
# the bridge with TLS. Sets SERVICES.
compose_at() {
  local network=$1
  local -a files=(compose.yaml)
  SERVICES=("${NAMES[@]}")
  [[ $PROXY != nginx ]] || files+=("compose.${network/bridge/override}.yaml")
  [[ $LEDGER != postgres ]] || files+=(stacks/postgres/compose.yaml)
  [[ $PROXY != caddy ]] || files+=("stacks/$STACK/compose.yaml" "stacks/$STACK/compose.$network.yaml")
  COMPOSE_FILE=$(printf ":$ROOT/%s" "${files[@]}")
  export COMPOSE_FILE=${COMPOSE_FILE#:}
  PROJECT=${COMPOSE_PROJECT_NAME:-$(sed -n 's/^COMPOSE_PROJECT_NAME=//p' "$SPLIT_FILE")}
  export COMPOSE_PROJECT_NAME=$PROJECT
}

compose() {
  (cd "$ROOT" && exec "${COMPOSE[@]}" --env-file "$SPLIT_FILE" "$@")
}

# containers [SERVICE]: the ids of the project's containers, running or not.
containers() {
  docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$PROJECT" \
    ${1:+--filter "label=com.docker.compose.service=$1"}
}

# inspect CONTAINER TEMPLATE
inspect() {
  docker inspect --format "$2" "$1" 2>/dev/null
}

# service_pid SERVICE: the first process of its container, 0 when it does not run.
service_pid() {
  local id
  id=$(containers "$1")
  [[ -n $id ]] && inspect "$id" '{{.State.Pid}}' || echo 0
}

# service_health SERVICE: healthy, starting or unhealthy while it runs, otherwise its state.
service_health() {
  local id
  id=$(containers "$1")
  [[ -n $id ]] || { echo absent && return; }
  inspect "$id" '{{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}'
}

# compose_up: containers anew where something changed; returns once the proxy is healthy, which waits for the APIs.
compose_up() {
  local deadline=$((SECONDS + UP_BOUND_S)) log=$ROOT/artifacts/compose.log began=${EPOCHREALTIME/[.,]/}
  compose up --detach --no-build >"$log" 2>&1 || compose_failed "$(tail -n 1 "$log")"
  until [[ $(service_health "$PROXY") == healthy ]]; do
    ((SECONDS < deadline)) || compose_failed "not healthy after $UP_BOUND_S s"
    sleep 0.05
  done
  UP_MS=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

# What failed, with the last words of whoever is not well.
compose_failed() {
  local service health
  for service in "${SERVICES[@]}"; do
    health=$(service_health "$service")
    [[ $health == healthy || $health == absent ]] ||
      echo "$service is $health: $(docker logs --tail 1 "$(containers "$service")" 2>&1)" >&2
  done
  die "the stack did not come up: $1"
}

compose_url() {
  local port=9999
  [[ $COMPOSE_FILE == */compose.host.yaml ]] || port=${RINHA_PORT:-9999}
  echo "http://localhost:$port"
}

# The container's own view of its cgroup, through its mounts (root only); else the same files from the host's side.
# service_cgroup SERVICE FILE-OF-V1 FILE-OF-V2, where a file of v1 begins with its controller.
service_cgroup() {
  local pid root path
  pid=$(service_pid "$1")
  root=/proc/$pid/root/sys/fs/cgroup
  if [[ -r $root ]]; then
    cat "$root/$2" 2>/dev/null || cat "$root/$3" 2>/dev/null
  elif [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    path=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
    cat "/sys/fs/cgroup$path/$3" 2>/dev/null
  else
    path=$(awk -F: -v c="${2%%/*}" '("," $2 ",") ~ ("," c ",") { print $3 }' "/proc/$pid/cgroup")
    cat "/sys/fs/cgroup/${2%%/*}$path/${2#*/}" 2>/dev/null
  fi
}

# service_memory_peak SERVICE: bytes, the page cache of its files included.
service_memory_peak() {
  service_cgroup "$1" memory/memory.max_usage_in_bytes memory.peak || echo 0
}

service_throttled() {
  service_cgroup "$1" cpu/cpu.stat cpu.stat | sed -n 's/^nr_throttled //p'
}
