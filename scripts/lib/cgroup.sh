# shellcheck shell=bash
# CPU and memory limits of the kernel, cgroup v1 or v2. A stack has one cgroup with a child per process; where it
# is, is kept in CGROUP_VERSION (v1, v2 or none) and CGROUP_CPU, CGROUP_ACCT, CGROUP_MEMORY: three directories on
# v1, three times the same one on v2.

# The period docker uses; a quota is the microseconds a process may run in each of them.
readonly CGROUP_PERIOD_US=100000

# cgroup_locate STACK [FILESYSTEM]: where the stack's cgroup goes; creates nothing. Fails when no cgroup can be made.
cgroup_locate() {
  local stack=$1 fs=${2:-/sys/fs/cgroup} base
  CGROUP_VERSION=none CGROUP_CPU='' CGROUP_ACCT='' CGROUP_MEMORY=''
  if [[ -e $fs/cgroup.controllers ]]; then
    base=$(cgroup_v2_base "$fs") || return 1
    CGROUP_VERSION=v2 CGROUP_CPU=$base/$stack CGROUP_ACCT=$base/$stack CGROUP_MEMORY=$base/$stack
  elif [[ -d $fs/cpu && -d $fs/cpuacct && -d $fs/memory ]]; then
    CGROUP_VERSION=v1
    CGROUP_CPU=$(cgroup_v1_base "$fs" cpu)/$stack
    CGROUP_ACCT=$(cgroup_v1_base "$fs" cpuacct)/$stack
    CGROUP_MEMORY=$(cgroup_v1_base "$fs" memory)/$stack
  else
    return 1
  fi
}

# cgroup_create NAME QUOTA_US BYTES: one process's cgroup with its limits, without swap as a way around them.
cgroup_create() {
  local name=$1 quota=$2 bytes=$3
  mkdir -p "$CGROUP_CPU/$name" "$CGROUP_ACCT/$name" "$CGROUP_MEMORY/$name" 2>/dev/null || return 1
  if [[ $CGROUP_VERSION == v2 ]]; then
    cgroup_write "$CGROUP_CPU/cgroup.subtree_control" '+cpu +memory' || return 1
    cgroup_write "$CGROUP_CPU/$name/cpu.max" "$quota $CGROUP_PERIOD_US" || return 1
    cgroup_write "$CGROUP_MEMORY/$name/memory.max" "$bytes" || return 1
    cgroup_write "$CGROUP_MEMORY/$name/memory.swap.max" 0 || true
  else
    cgroup_write "$CGROUP_CPU/$name/cpu.cfs_period_us" "$CGROUP_PERIOD_US" || return 1
    cgroup_write "$CGROUP_CPU/$name/cpu.cfs_quota_us" "$quota" || return 1
    cgroup_write "$CGROUP_MEMORY/$name/memory.limit_in_bytes" "$bytes" || return 1
    cgroup_write "$CGROUP_MEMORY/$name/memory.memsw.limit_in_bytes" "$bytes" || true
  fi
  # Making a cgroup and moving into it are two permissions: a throw-away process asks for the second.
  (cgroup_join "$name")
}

# cgroup_join NAME: moves the calling (sub)shell, so that what it execs is limited from its first instruction.
cgroup_join() {
  [[ $CGROUP_VERSION != none ]] || return 0
  cgroup_write "$CGROUP_CPU/$1/cgroup.procs" "$BASHPID" || return 1
  [[ $CGROUP_VERSION == v2 ]] || {
    cgroup_write "$CGROUP_ACCT/$1/cgroup.procs" "$BASHPID" &&
      cgroup_write "$CGROUP_MEMORY/$1/cgroup.procs" "$BASHPID"
  }
}

# A cgroup can be removed once its last process is gone, which may take the kernel a moment.
cgroup_remove() {
  [[ $CGROUP_VERSION != none ]] || return 0
  local directory deadline=$((SECONDS + 3))
  while ((SECONDS < deadline)); do
    for directory in "$CGROUP_CPU" "$CGROUP_ACCT" "$CGROUP_MEMORY"; do
      [[ ! -d $directory ]] || find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    [[ -d $CGROUP_CPU || -d $CGROUP_ACCT || -d $CGROUP_MEMORY ]] || return 0
    sleep 0.1
  done
  return 1
}

# What is in force, as the kernel says it: microseconds per period, or none.
cgroup_cpu_limit() {
  local quota=none
  case $CGROUP_VERSION in
    v1) quota=$(cgroup_read "$CGROUP_CPU/$1/cpu.cfs_quota_us") ;;
    v2) quota=$(cgroup_read "$CGROUP_CPU/$1/cpu.max") quota=${quota%% *} ;;
  esac
  [[ $quota =~ ^[0-9]+$ ]] && echo "$quota" || echo none
}

cgroup_memory_limit() {
  local bytes=none
  case $CGROUP_VERSION in
    v1) bytes=$(cgroup_read "$CGROUP_MEMORY/$1/memory.limit_in_bytes") ;;
    v2) bytes=$(cgroup_read "$CGROUP_MEMORY/$1/memory.max") ;;
  esac
  [[ $bytes =~ ^[0-9]+$ ]] && echo "$bytes" || echo none
}

# cgroup_throttled NAME: in how many periods the process had used up its quota, or nothing.
cgroup_throttled() {
  [[ $CGROUP_VERSION != none ]] || return 0
  sed -n 's/^nr_throttled //p' "$CGROUP_CPU/$1/cpu.stat" 2>/dev/null || true
}

cgroup_cpu_usage_us() {
  case $CGROUP_VERSION in
    v1) echo $(($(cgroup_read "$CGROUP_ACCT/$1/cpuacct.usage") / 1000)) ;;
    v2) sed -n 's/^usage_usec //p' "$CGROUP_CPU/$1/cpu.stat" ;;
  esac
}

# cgroup_memory_peak NAME: the most bytes there ever were, the page cache of its files included, or nothing.
cgroup_memory_peak() {
  case $CGROUP_VERSION in
    v1) cgroup_read "$CGROUP_MEMORY/$1/memory.max_usage_in_bytes" ;;
    v2) cgroup_read "$CGROUP_MEMORY/$1/memory.peak" ;;
  esac
}

# cgroup_memory_full NAME: how often there was no room for what was wanted, until something was given back, or nothing.
cgroup_memory_full() {
  case $CGROUP_VERSION in
    v1) cgroup_read "$CGROUP_MEMORY/$1/memory.failcnt" ;;
    v2) sed -n 's/^max //p' "$CGROUP_MEMORY/$1/memory.events" 2>/dev/null || true ;;
  esac
}

# cgroup_killed NAME: how many of its processes the kernel has killed for want of memory, or nothing.
cgroup_killed() {
  case $CGROUP_VERSION in
    v1) sed -n 's/^oom_kill //p' "$CGROUP_MEMORY/$1/memory.oom_control" 2>/dev/null || true ;;
    v2) sed -n 's/^oom_kill //p' "$CGROUP_MEMORY/$1/memory.events" 2>/dev/null || true ;;
  esac
}

# Below our own cgroup, so that limits already on this shell stay in force; in a container without a cgroup
# namespace that path is not visible, and the root of what is visible is the container's own cgroup.
cgroup_v1_base() {
  local path
  path=$(awk -F: -v c="$2" '("," $2 ",") ~ ("," c ",") { print $3 }' /proc/self/cgroup)
  [[ -d $1/$2$path ]] || path=''
  printf '%s' "$1/$2${path%/}"
}

# v2 allows children with controllers only where no process lives: the root for root, otherwise the nearest
# ancestor that systemd has delegated to this user.
cgroup_v2_base() {
  local fs=$1 path=/
  ((EUID == 0)) || path=$(sed -n 's/^0:://p' /proc/self/cgroup)
  while :; do
    path=${path%/}
    if cgroup_write "$fs$path/cgroup.subtree_control" '+cpu +memory'; then
      printf '%s' "$fs$path"
      return 0
    fi
    [[ -n $path ]] || return 1
    path=${path%/*}
  done
}

cgroup_write() {
  { echo "$2" >"$1"; } 2>/dev/null
}

cgroup_read() {
  { cat "$1"; } 2>/dev/null || true
}
