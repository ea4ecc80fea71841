# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the scripts that source this
# Hosts on one machine: network namespaces, each with an address and a cable of its own to one switch, which is a bridge
# in a namespace of its own. This machine's own network is left alone. Needs root.

# What our namespaces begin with: a run that was killed cannot take them away, and the next one knows by the pid that
# nobody needs them any more.
readonly HOSTS=rinha-$$ HOSTS_NETWORK=10.24.1.0/24
declare -A HOST_PID=()

# hosts_possible: whether this user and this kernel can have any.
hosts_possible() {
  ((EUID == 0)) && unshare --net true 2>/dev/null
}

hosts_open() {
  hosts_sweep
  {
    ip netns add "$HOSTS-switch" &&
      ip -n "$HOSTS-switch" link add switch type bridge &&
      ip -n "$HOSTS-switch" link set switch up
  } || die 'the bridge between the hosts could not be made'
}

# host_add NAME ADDRESS
host_add() {
  local switch=$HOSTS-switch host=$HOSTS-$1
  {
    ip netns add "$host" &&
      ip -n "$switch" link add "$1" type veth peer name eth0 netns "$host" &&
      ip -n "$switch" link set "$1" master switch up &&
      ip -n "$host" link set lo up &&
      ip -n "$host" address add "$2/${HOSTS_NETWORK#*/}" dev eth0 &&
      ip -n "$host" link set eth0 up
  } || die "the host $1 could not be made"
}

# host_run NAME COMMAND…: there, in the foreground.
host_run() {
  nsenter --net="/run/netns/$HOSTS-$1" -- "${@:2}"
}

# host_start NAME LOG COMMAND…: there, in the background, within the host's limits (a cgroup of its name); its pid goes
# to HOST_PID.
host_start() {
  local name=$1 log=$2
  shift 2
  {
    cgroup_join "$name" || die "$name could not enter its cgroup"
    umask 077
    exec setsid nsenter --net="/run/netns/$HOSTS-$name" -- "$@"
  } </dev/null >>"$log" 2>&1 &
  HOST_PID[$name]=$!
}

# host_cut NAME, host_join NAME: the host's cable out of the switch, and in again. Who is on it is told nothing.
host_cut() {
  ip -n "$HOSTS-switch" link set "$1" down
}

host_join() {
  ip -n "$HOSTS-switch" link set "$1" up
}

# host_tune NAME SETTING=VALUE…: of net.ipv4, in force there alone.
host_tune() {
  local setting
  for setting in "${@:2}"; do
    host_run "$1" sh -c "echo ${setting#*=} >/proc/sys/net/ipv4/${setting%%=*}" || die "$1 knows no ${setting%%=*}"
  done
}

# hosts_close: whatever runs there ends, whoever started it. That those were killed is nothing to report.
hosts_close() {
  { hosts_remove $$ && wait; } 2>/dev/null || true
}

# hosts_sweep: those of runs that were killed.
hosts_sweep() {
  local host pid
  for host in $(hosts_list); do
    pid=${host#rinha-}
    pid=${pid%%-*}
    [[ -e /proc/$pid ]] || hosts_remove "$pid"
  done
}

# hosts_remove PID: all of that run.
hosts_remove() {
  local host pids deadline=$((SECONDS + 5))
  for host in $(hosts_list | grep "^rinha-$1-"); do
    while pids=$(ip netns pids "$host" 2>/dev/null) && [[ -n $pids ]] && ((SECONDS < deadline)); do
      # shellcheck disable=SC2086 # one word each
      kill -KILL $pids 2>/dev/null || true
      sleep 0.02
    done
    ip netns delete "$host" || true
  done
}

hosts_list() {
  ip netns list 2>/dev/null | sed -nE 's/^(rinha-[0-9]+-[a-z]+[0-9]*)\b.*/\1/p'
}
