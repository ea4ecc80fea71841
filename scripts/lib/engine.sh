# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153 # some variables are set in, or for, the scripts that source this
# The container engine and Compose: found, or on request installed from Debian's packages and started for this run.

# What an engine of ours keeps: images and volumes on the disk, its pid and sockets until the next boot.
readonly ENGINE_DATA=/var/lib/rinha-engine ENGINE_RUN=/run/rinha-engine ENGINE_BOUND_S=30
# Whether this very run has started it.
ENGINE_STARTED=

# engine_need INSTALL: an engine that answers, and COMPOSE set to the command; INSTALL is yes or empty.
engine_need() {
  if ! engine_answers; then
    [[ -n $1 ]] || die "no container engine answers ($(engine_complaint)); start one, or use --install-engine on Debian"
    engine_install
    engine_start
  fi
  compose_command || { [[ -n $1 ]] && need docker-compose docker-compose && compose_command; } ||
    die 'neither "docker compose" nor docker-compose is here; install the Compose plugin, or use --install-engine on Debian'
}

engine_answers() {
  command -v docker >/dev/null && docker version >/dev/null 2>&1
}

engine_complaint() {
  local said
  said=$(docker version 2>&1 >/dev/null | tail -n 1) || true
  echo "${said:-docker is not installed}"
}

# Sets COMPOSE. Version 2 is a plugin of docker, or a command of its own as 1.29 is.
compose_command() {
  if docker compose version >/dev/null 2>&1; then
    COMPOSE=(docker compose)
  elif docker-compose version >/dev/null 2>&1; then
    COMPOSE=(docker-compose)
  else
    return 1
  fi
}

engine_install() {
  ((EUID == 0)) || die '--install-engine needs root: sudo ./rinha compose … --install-engine'
  need dockerd docker.io
  need docker docker.io
}

# Only for this run: engine_stop ends it. Whoever has systemd may prefer its service; nothing here depends on it.
engine_start() {
  local log=$ENGINE_RUN/dockerd.log deadline=$((SECONDS + ENGINE_BOUND_S)) pid
  mkdir -p "$ENGINE_DATA/docker" "$ENGINE_RUN"
  # In a session of its own: Ctrl-C is for the command that uses it. Without the proxy, which opens a connection of its own
  # for every one from this host: a minute of 340/s uses up half of the ports, and finding another takes milliseconds.
  setsid dockerd --userland-proxy=false --data-root "$ENGINE_DATA/docker" --exec-root "$ENGINE_RUN/exec" --pidfile "$ENGINE_RUN/dockerd.pid" \
    </dev/null >"$log" 2>&1 &
  pid=$!
  until engine_answers; do
    process_look "$pid" || die "dockerd could not start: $(tail -n 1 "$log")"
    ((SECONDS < deadline)) || die "dockerd does not answer after $ENGINE_BOUND_S s: $(tail -n 1 "$log")"
    sleep 0.1
  done
  process_look "$pid"
  echo "$pid $STARTED" >"$ENGINE_RUN/ours"
  ENGINE_STARTED=yes
  echo "started a container engine for this run; its images and volumes are in $ENGINE_DATA"
}

# Ends the engine if it is ours; containers that still run end with it.
engine_stop() {
  local pid started deadline=$((SECONDS + ENGINE_BOUND_S))
  engine_is_ours || return 0
  read -r pid started <"$ENGINE_RUN/ours"
  kill -TERM "$pid"
  while is_process "$pid" "$started"; do
    ((SECONDS < deadline)) || die "dockerd, pid $pid, does not end"
    sleep 0.1
  done
  # dockerd leaves the network namespaces of its containers mounted.
  awk -v under="$ENGINE_RUN/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount
  rm -rf -- "$ENGINE_RUN"
  echo 'stopped the container engine'
}

engine_is_ours() {
  local pid started
  [[ -e $ENGINE_RUN/ours ]] && read -r pid started <"$ENGINE_RUN/ours" && is_process "$pid" "$started"
}
