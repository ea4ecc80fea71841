# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# stacks/caddy-postgres/Caddyfile says by itself, through two variables, where the port and the sockets are.

# caddy_prepare SOCKETS: a directory there for the configuration and for what Caddy writes. It runs as the user that
# nginx's workers have, to whom the sockets are open, and who may not be able to read the repository.
caddy_prepare() {
  mkdir -m 0700 "$1/caddy"
  cat "$ROOT/stacks/caddy-postgres/Caddyfile" >"$1/caddy/Caddyfile"
  ((EUID != 0)) || chown -R "$(nginx_user):" "$1/caddy"
}

# caddy_command SOCKETS PORT: sets `command`. One thread at a time, as nginx has one worker: its share of the CPU is less
# than one core. The heap stays below what is left of its memory, so that it is collected instead of being killed.
caddy_command() {
  local -a as=()
  ((EUID != 0)) || as=(setpriv "--reuid=$(id -u "$(nginx_user)")" "--regid=$(id -g "$(nginx_user)")" --clear-groups)
  command=("${as[@]}" env -i "PATH=$PATH" "HOME=$1/caddy" "RINHA_SOCKETS=$1" "RINHA_PORT=$2" GOMAXPROCS=1
    "GOMEMLIMIT=$(limit_of "$SPLIT_FILE" CADDY_HEAP)" caddy run --config "$1/caddy/Caddyfile" --adapter caddyfile)
}
