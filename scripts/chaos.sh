#!/usr/bin/env bash
#: faults, power loss and bad input against a stack of its own: what must hold then, holds
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/lib/load.sh
source "$ROOT/scripts/lib/load.sh"
# shellcheck source=scripts/lib/nginx.sh
source "$ROOT/scripts/lib/nginx.sh"
# shellcheck source=scripts/lib/publish.sh
source "$ROOT/scripts/lib/publish.sh"

usage() {
  cat <<'TEXT'
usage: ./rinha chaos [flags]     exit status 1 when anything was found
  --short        the campaigns of continuous integration, under 8 minutes
  --only NAME    this campaign only (more than once: these)
  --seed N       the same seed, the same decisions (default: 1)
  --soak-minutes N   how long the soak takes (default: 30)
  --port PORT    where its nginx listens (default: 9998)
  --no-limits    without cgroups; otherwise .env says how much CPU and memory each process gets
TEXT
}

port=9998 NO_LIMITS=''
campaigns=()
while (($#)); do
  case $1 in
    --short) campaigns+=("$1") ;;
    --only | --seed | --soak-minutes)
      take value "$@"
      campaigns+=("$1" "$value")
      shift
      ;;
    --port) take port "$@" && shift ;;
    --no-limits) NO_LIMITS=yes ;;
    --help) usage && exit ;;
    *) unknown_flag "$1" ;;
  esac
  shift
done
check_port "$port"

limits_load "$ROOT/.env"
need setpriv util-linux
need nginx nginx-light nginx
need_linker
publish "$SERVER" >&2
publish "$LOADTEST" >&2

sockets=$(sockets_directory)
# On the disk that the repository is on, as ./data would be.
work=$ROOT/artifacts/chaos
# shellcheck disable=SC2317 # reached through the trap
finish() {
  local process
  # Interrupted, it leaves processes behind, each the leader of a group; all of them know the sockets' directory.
  for process in /proc/[0-9]*; do
    if grep -qsF "$sockets" "$process/cmdline" "$process/environ"; then
      kill -KILL "${process#/proc/}" "-${process#/proc/}" 2>/dev/null || true
    fi
  done
  cgroup_remove || true
  rm -rf -- "$sockets"
  rmdir "$work" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 1' INT TERM
rm -rf -- "$work"
mkdir -p "$work"

CGROUP_VERSION=none
if [[ -z $NO_LIMITS ]]; then
  limits_check
  ! cgroup_locate "rinha-chaos-$$" || for name in api01 api02 nginx; do
    cgroup_create "$name" "${CPU_LIMIT[$name]}" "${MEMORY_LIMIT[$name]}" || die "no cgroup for $name (--no-limits goes without)"
  done
fi
[[ $CGROUP_VERSION != none ]] || echo 'NO LIMIT is in force' >&2

nginx_render "$ROOT/nginx/nginx.conf" "$sockets" "$port" >"$sockets/nginx.conf"
nginx_command

# What becomes each of the processes: inside its cgroup, and as the supervisor would start it. The fault library is for
# the server alone, not for what starts it.
# shellcheck disable=SC2016 # what stands in single quotes is for the script that is written
write_launcher() {
  local mode=0600 directory
  local -a as=()
  if ((EUID == 0)); then
    mode=0660
    as=(setpriv "--regid=$(id -g "$(nginx_user)")" --keep-groups)
  fi
  printf '#!/bin/sh\nname=$1; shift\n'
  [[ $CGROUP_VERSION == none ]] || for directory in "$CGROUP_CPU" "$CGROUP_ACCT" "$CGROUP_MEMORY"; do
    printf 'echo $$ >"%s/$name/cgroup.procs" || exit 1\n' "$directory"
  done
  printf 'umask 077\n[ "$name" != nginx ] || exec setsid'
  printf ' %q' "${NGINX_RUN[@]}" -p "$sockets" -c "$sockets/nginx.conf"
  printf '\nexec setsid'
  ((${#as[@]} == 0)) || printf ' %q' "${as[@]}"
  printf ' env "API_SOCKET=%s/$name.sock" API_SOCKET_MODE=%s ${FAULT_LIBRARY:+LD_PRELOAD="$FAULT_LIBRARY"} %q "$@"\n' \
    "$sockets" "$mode" "$SERVER"
}
write_launcher >"$sockets/launch"
chmod 0755 "$sockets/launch"

gcc_or_clang=gcc
command -v gcc >/dev/null || gcc_or_clang=clang
"$gcc_or_clang" -O2 -Wall -Wextra -Werror -shared -fPIC -o "$sockets/faults.so" "$ROOT"/scripts/faults/*.c -ldl ||
  die 'the fault library does not compile'

status=0
"$LOADTEST" chaos --launcher "$sockets/launch" --sockets "$sockets" --server "$SERVER" --faults "$sockets/faults.so" \
  --directory "$work" --port "$port" "${campaigns[@]}" || status=$?
exit "$status"
