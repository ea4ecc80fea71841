# shellcheck shell=bash
# shellcheck disable=SC2004 # the arrays of a stack are declared in stack.sh
# One API after the other anew, by the supervisor, while the other one serves. `./rinha restart` asks for it by making
# $RUN/restart, and reads in $RUN/restart.log what comes of it; the last line there is `finished` or `failed: …`.

readonly END_BOUND_S=15

# roll: answers a request for a restart, if there is one.
roll() {
  local name other
  [[ -e $RUN/restart ]] || return 0
  rm -f "$RUN/restart"
  for name in api01 api02; do
    other=api01
    [[ $name != api01 ]] || other=api02
    if ! is_healthy "$other"; then
      roll_says "failed: $other does not answer /health, so $name goes on as it is"
      return 0
    fi
    if ! roll_one "$name"; then
      roll_says "failed: $name did not come up again ($ROLL_REASON); $other goes on serving"
      return 0
    fi
    roll_says "$name anew, pid ${PID[$name]}, without it for $ROLL_MS ms"
  done
  roll_says finished
}

# roll_one NAME: ends it, which lets its clients go without losing a request, and starts what is on the disk now. Sets
# ROLL_MS, or ROLL_REASON when it fails; then the supervisor goes on trying, as after a death.
roll_one() {
  local name=$1 deadline=$((SECONDS + END_BOUND_S)) status began
  now
  began=$NOW_MS
  stack_signal TERM "$name"
  while process_is_up "$name"; do
    if ((SECONDS >= deadline)); then
      stack_kill "$name"
    fi
    roll_waits "$name"
  done
  wait "${PID[$name]}" 2>/dev/null || true
  start "$name"
  deadline=$((SECONDS + HEALTHY_BOUND_S))
  until { is_healthy "$name"; } 2>/dev/null; do
    if ! process_is_up "$name"; then
      wait "${PID[$name]}" 2>/dev/null && status=0 || status=$?
      ROLL_REASON="$(exit_text "$status"): $(last_line "$LOGS/$name.log")"
      schedule_restart "$name" "$status"
      return 1
    fi
    if ((SECONDS >= deadline)); then
      ROLL_REASON="no answer from /health in $HEALTHY_BOUND_S s: $(last_line "$LOGS/$name.log")"
      return 1
    fi
    roll_waits "$name"
  done
  now
  ROLL_MS=$((NOW_MS - began))
}

# A moment, in which the others are looked after as always.
roll_waits() {
  local name
  read -rt 0.02 -u 7 || true
  for name in "${NAMES[@]}"; do
    [[ $name == "$1" ]] || watch "$name"
  done
}

roll_says() {
  event "restart: $1"
  echo "$1" >>"$RUN/restart.log"
}
