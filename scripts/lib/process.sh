# shellcheck shell=bash
# Processes by identity. A pid alone may have gone to somebody else since it was written down; a pid together with
# the time it started (in ticks since boot) cannot. What the supervisor asks five times a second does not fork.

# process_look PID: sets FIELDS to those of /proc/PID/stat from the third on (state, ppid, group, session…; the second
# may hold spaces) and STARTED to the start time. Fails when the process is gone; a zombie is.
process_look() {
  local stat
  STARTED=0
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -ra FIELDS <<<"${stat##*) }"
  STARTED=${FIELDS[19]}
  [[ ${FIELDS[0]} != [ZX] ]]
}

is_process() {
  process_look "$1" && [[ $STARTED == "$2" ]]
}

# listener_inode PORT: the inode of the socket that listens there, on any address (state 0A of the kernel's tables).
listener_inode() {
  local -a tables=(/proc/net/tcp)
  [[ ! -e /proc/net/tcp6 ]] || tables+=(/proc/net/tcp6)
  awk -v "port=:$(printf %04X "$1")$" '$4 == "0A" && $2 ~ port && !found++ { print $10 }' "${tables[@]}"
}

# socket_owner INODE: a process that has the socket open; fails when this user may not see it.
socket_owner() {
  local path
  path=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null || true)
  [[ $path =~ ^/proc/([0-9]+)/ ]] && echo "${BASH_REMATCH[1]}"
}

# session_kill PID START: ends the session that this process leads, or led: workers outlive a master that was
# killed. Does nothing when the pid has become somebody else.
session_kill() {
  local pid
  ! process_look "$1" || [[ $STARTED == "$2" ]] || return 0
  for pid in $(session_pids "$1" "$2"); do
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# session_pids PID START: the processes of the session that this one leads: nginx is a master and its worker.
session_pids() {
  local pid
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    if process_look "$pid" && [[ ${FIELDS[3]} == "$1" ]] && ((STARTED >= $2)); then
      echo "$pid"
    fi
  done
}

# resident_kb PID START: the resident memory of the session a process leads.
resident_kb() {
  local pid pages total=0
  for pid in $(session_pids "$1" "$2"); do
    { read -r _ pages _ <"/proc/$pid/statm"; } 2>/dev/null || pages=0
    total=$((total + pages))
  done
  echo $((total * $(getconf PAGESIZE) / 1024))
}

# proportional_kb PID…: the resident memory of these, each page divided by the number of processes that share it.
proportional_kb() {
  local pid
  for pid in "$@"; do
    # One may end meanwhile.
    cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
  done | awk '$1 == "Pss:" { total += $2 } END { print total + 0 }'
}
