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
  --short        the campaigns of continuous integration: they judge counts and the order of events, no durations
  --only NAME    this campaign only (more than once: these)
  --seed N       the same seed, the same decisions (default: 1)
  --soak-minutes N   how long the soak takes (default: 30)
  --port PORT    where its nginx listens (default: 9998)
  --no-limits    without cgroups; otherwise .env says how much CPU and memory each process gets
TEXT
}

port=9998 NO_LIMITS=''
campaigns=() only=()
while (($#)); do
  case $1 in
    --short) campaigns+=("$1") ;;
    --only | --seed | --soak-minutes)
      take value "$@"
      campaigns+=("$1" "$value")
      [[ $1 != --only ]] || only+=("$value")
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

# The campaigns on PostgreSQL have it in their names.
with_postgres=''
[[ ${#only[@]} != 0 && " ${only[*]}" != *' pg-'* ]] || with_postgres=yes
need setpriv util-linux
need nginx nginx-light nginx
need_linker
[[ -z $with_postgres ]] || postgres_need
publish "$SERVER" >&2
publish "$LOADTEST" >&2

sockets=$(sockets_directory)
# On the disk that the repository is on, as ./data would be; another one may run on another port.
work=$ROOT/artifacts/chaos-$port
# shellcheck disable=SC2317 # reached through the trap
finish() {
  local process
  # Interrupted, it leaves processes behind, each the leader of a group. All of them know the sockets' directory, but for
  # PostgreSQL's, which work in ours.
  for process in /proc/[0-9]*; do
    if grep -qsF "$sockets" "$process/cmdline" "$process/environ" || [[ $(readlink "$process/cwd") == "$work"/* ]]; then
      kill -KILL "${process#/proc/}" "-${process#/proc/}" 2>/dev/null || true
    fi
  done
  cgroup_remove || true
  rm -rf -- "$sockets" "$sockets-db" "$work/cluster"
  rmdir "$work" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 1' INT TERM
rm -rf -- "$work"
mkdir -p "$work"

# make_cgroups PREFIX: one for each process of the chosen stack.
make_cgroups() {
  local name
  limits_load "$SPLIT_FILE"
  limits_check
  for name in "${NAMES[@]}"; do
    cgroup_create "$1$name" "${CPU_LIMIT[$name]}" "${MEMORY_LIMIT[$name]}" || die "no cgroup for $name (--no-limits goes without)"
  done
}

CGROUP_VERSION=none
if [[ -z $NO_LIMITS ]] && cgroup_locate "rinha-chaos-$$"; then
  make_cgroups ''
  [[ -z $with_postgres ]] || (stack_choose nginx-postgres "$SPLIT_DEFAULT" && make_cgroups postgres-) || exit
fi
[[ $CGROUP_VERSION != none ]] || echo 'NO LIMIT is in force' >&2

nginx_render "$ROOT/nginx/nginx.conf" "$sockets" "$port" >"$sockets/nginx.conf"
nginx_command

# A cluster that has never run, for each campaign to copy. Its socket is in a directory of its user's.
cluster=()
if [[ -n $with_postgres ]]; then
  postgres_own "$sockets-db"
  postgres_create "$work/cluster"
  postgres_configure "$work/cluster"
  cluster=(--cluster "$work/cluster" --cluster-sockets "$sockets-db")
fi

# What becomes each of the processes: inside its cgroup (LIMITS_OF says of which stack), and as the supervisor would start
# it. The fault library is for the server alone, not for what starts it.
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
    printf 'echo $$ >"%s/$LIMITS_OF$name/cgroup.procs" || exit 1\n' "$directory"
  done
  printf 'umask 077\n[ "$name" != nginx ] || exec setsid'
  printf ' %q' "${NGINX_RUN[@]}" -p "$sockets" -c "$sockets/nginx.conf"
  if [[ -n $with_postgres ]]; then
    printf '\n[ "$name" != db ] || exec setsid'
    printf ' %q' "${PG_AS[@]}" env -i LC_ALL=C "$PG_BIN/postgres"
    printf ' "$@"'
  fi
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
  "${cluster[@]}" --directory "$work" --port "$port" "${campaigns[@]}" || status=$?
exit "$status"
