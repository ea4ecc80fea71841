# shellcheck shell=bash
# The CPU and memory limits: read from the files that docker compose reads too (.env, stacks/*/*.env). As in compose, a
# variable of the environment wins over the file.

# The contest's own bounds over all processes. CPU is counted in microseconds per period of 100 ms, the unit of
# the kernel's quota, so that no sum is ever rounded.
readonly CPU_TOTAL_MAX=150000 MEMORY_TOTAL_MAX=$((550 * 1024 * 1024))

# limits_load FILE: sets CPU_LIMIT (of each period) and MEMORY_LIMIT (bytes) of every process of the stack that was
# chosen, from API_CPUS, API_MEMORY and the like for nginx, caddy and db.
limits_load() {
  local name kind
  declare -gA CPU_LIMIT=() MEMORY_LIMIT=()
  LIMITS_FILE=$1
  for name in "${NAMES[@]}"; do
    kind=${name%%[0-9]*}
    CPU_LIMIT[$name]=$(cpu_quota "$(limit_of "$1" "${kind^^}_CPUS")")
    MEMORY_LIMIT[$name]=$(memory_bytes "$(limit_of "$1" "${kind^^}_MEMORY")")
  done
}

limits_check() {
  local name cpu=0 memory=0 file=${LIMITS_FILE#"$ROOT/"}
  for name in "${!CPU_LIMIT[@]}"; do
    cpu=$((cpu + CPU_LIMIT[$name])) memory=$((memory + MEMORY_LIMIT[$name]))
  done
  ((cpu <= CPU_TOTAL_MAX)) || die "the limits add up to $(cpu_text $cpu) CPU, above 1.50 (see $file)"
  ((memory <= MEMORY_TOTAL_MAX)) || die "the limits add up to $(memory_text $memory), above 550MB (see $file)"
}

limit_of() {
  local value=${!2:-}
  [[ -n $value ]] || value=$(sed -n "s/^$2=//p" "$1")
  [[ -n $value ]] || die "$2 is missing in $1"
  printf '%s' "$value"
}

# cpu_quota 0.45 -> 45000
cpu_quota() {
  [[ $1 =~ ^([0-9]{1,3})(\.([0-9]{1,5}))?$ ]] || die "not a number of CPUs: '$1'"
  local fraction=${BASH_REMATCH[3]:-}00000
  echo $((10#${BASH_REMATCH[1]} * 100000 + 10#${fraction:0:5}))
}

# memory_bytes 250MB -> 262144000; compose counts in powers of 1024 as well.
memory_bytes() {
  [[ $1 =~ ^([0-9]{1,7})([kmgKMG])[bB]?$ ]] || die "not an amount of memory: '$1'"
  case ${BASH_REMATCH[2]} in
    k | K) echo $((BASH_REMATCH[1] * 1024)) ;;
    m | M) echo $((BASH_REMATCH[1] * 1024 * 1024)) ;;
    g | G) echo $((BASH_REMATCH[1] * 1024 * 1024 * 1024)) ;;
  esac
}

cpu_text() {
  [[ $1 == none ]] && echo none && return
  printf '%d.%02d' $(($1 / 100000)) $(($1 % 100000 / 1000))
}

memory_text() {
  [[ $1 == none ]] && echo none && return
  printf '%dMB' $(($1 / 1024 / 1024))
}
