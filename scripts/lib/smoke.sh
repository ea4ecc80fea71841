# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what smoke.sh asks for ($with, $url, $connections, …), and what it uses of this
# The three runs of `smoke` in the words of three tools: how each is found, what it is called with, what it reports.

# The image of https://github.com/codesenberg/bombardier that is used where the program itself is not there.
BOMBARDIER_IMAGE=${BOMBARDIER_IMAGE:-alpine/bombardier:v1.2.5}

# A debit takes twice what a credit brings: of equally many about half are refused, so that both answers come.
readonly CREDIT='{"valor": 10, "tipo": "c", "descricao": "smoke"}'
readonly DEBIT='{"valor": 20, "tipo": "d", "descricao": "smoke"}'

# request_of RUN: sets METHOD, TARGET and BODY, the one request that bombardier and wrk repeat.
request_of() {
  METHOD=POST TARGET=$url/clientes/1/transacoes BODY=''
  case $1 in
    credits) BODY=$CREDIT ;;
    debits) BODY=$DEBIT ;;
    statements) METHOD=GET TARGET=$url/clientes/1/extrato ;;
  esac
}

# command_of RUN: sets COMMAND.
command_of() {
  local -A mix=([credits]=0:1:0 [debits]=1:0:0 [statements]=0:0:1)
  request_of "$1"
  case $with in
    bombardier)
      COMMAND=("${BOMBARDIER_COMMAND[@]}" -c "$connections" -d "${seconds}s" -t 10s -l -m "$METHOD")
      [[ -z $rate ]] || COMMAND+=(-r "$rate")
      [[ -z $BODY ]] || COMMAND+=(-H 'Content-Type: application/json' -b "$BODY")
      COMMAND+=(-o json -p result "$TARGET")
      ;;
    wrk)
      COMMAND=(wrk -t $((connections > 14 ? 2 : 1)) -c "$connections" -d "${seconds}s" --timeout 10s --latency
        -s "$ROOT/scripts/wrk/smoke.lua" "$TARGET" -- "$METHOD")
      [[ -z $BODY ]] || COMMAND+=("$BODY")
      ;;
    rinha)
      COMMAND=("$LOADTEST" load "$url" -c "$connections" -d "${seconds}s" --mix "${mix[$1]}")
      [[ -z $rate ]] || COMMAND+=(-r "$rate")
      COMMAND+=(--quiet -o json)
      ;;
  esac
}

# shell_line WORD…: as one would type it.
shell_line() {
  local word line=''
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]] || word=${word@Q}
    line+=" $word"
  done
  printf '%s\n' "${line# }"
}

# find_tool: what is there, built or installed of the tool, and its `version`.
find_tool() {
  case $with in
    bombardier)
      find_bombardier
      version="$BOMBARDIER_VERSION ($(shell_line "${BOMBARDIER_COMMAND[@]}"))"
      ;;
    wrk)
      need wrk wrk
      # It prints its version before its usage, and fails.
      version=$(wrk -v 2>&1) || true
      version=${version%% [*}
      ;;
    rinha)
      publish "$LOADTEST" >&2
      version="Rinha.LoadTest $("$LOADTEST" --version)"
      ;;
  esac
}

# find_bombardier: sets BOMBARDIER_COMMAND and BOMBARDIER_VERSION. For --dry-run nothing is pulled or has to be there.
find_bombardier() {
  local here
  BOMBARDIER_COMMAND=(bombardier) BOMBARDIER_VERSION=''
  if [[ -n ${BOMBARDIER:-} ]]; then
    BOMBARDIER_COMMAND=("$BOMBARDIER")
    [[ -n $dry_run ]] || is_bombardier "$BOMBARDIER" ||
      die "BOMBARDIER=$BOMBARDIER is not the HTTP load tester bombardier: its --version does not say so"
    return
  fi
  if here=$(type -P bombardier); then
    ! is_bombardier "$here" || return 0
    echo "rinha: $here is another program (Debian's package bombardier is a game), not the HTTP load tester" >&2
  fi
  if docker_works; then
    BOMBARDIER_COMMAND=(docker run --rm --network host "$BOMBARDIER_IMAGE")
    [[ -z $dry_run ]] || return 0
    if has_image; then
      is_bombardier "${BOMBARDIER_COMMAND[@]}" ||
        die "the image $BOMBARDIER_IMAGE does not start the HTTP load tester bombardier"
      return
    fi
  fi
  [[ -n $dry_run ]] || die 'bombardier is not here: get it from https://github.com/codesenberg/bombardier/releases' \
    "(Debian's package is a game) onto the PATH or into BOMBARDIER=, or do the same runs --with wrk or --with rinha"
  echo 'rinha: bombardier is not here; these are the command lines it would get' >&2
}

# A game may wait for keys or draw for ever: it is listened to for 5 s, a container that must start for 30, and only to
# the first bytes.
is_bombardier() {
  local bound=5
  [[ $1 != docker ]] || bound=30
  BOMBARDIER_VERSION=$(timeout "$bound" "$@" --version </dev/null 2>&1 | head -c 500 | tr -d '\0') || true
  [[ $BOMBARDIER_VERSION =~ bombardier\ version\ [^[:cntrl:]]* ]] && BOMBARDIER_VERSION=${BASH_REMATCH[0]}
}

docker_works() {
  command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1
}

has_image() {
  local output
  ! docker image inspect "$BOMBARDIER_IMAGE" >/dev/null 2>&1 || return 0
  echo "pulling the image $BOMBARDIER_IMAGE" >&2
  output=$(docker pull --quiet "$BOMBARDIER_IMAGE" 2>&1) && return
  echo "rinha: the image $BOMBARDIER_IMAGE cannot be pulled: ${output##*$'\n'}" >&2
  return 1
}

# figures_of FILE: what the tool reported, as one line: answers/s, p50, p90, p99 and max in ms, errors (requests
# without a usable answer), then STATUS=COUNT of each status; bombardier's are classes. Fails when there is no report.
figures_of() {
  "figures_of_$with" "$1"
}

figures_of_wrk() {
  awk '$1 == "result" {
    for (i = 8; i <= NF; i++) { split($i, part, "="); answers += part[2]; statuses = statuses " " $i }
    printf "%.1f %.3f %.3f %.3f %.3f %d%s\n", answers * 1e6 / $2, $3 / 1e3, $4 / 1e3, $5 / 1e3, $6 / 1e3, $7, statuses
    found = 1
  }
  END { exit !found }' "$1"
}

# The report is one JSON line from a template; a quote inside a string has a backslash before it, so that no text from
# outside can look like a name. Latencies are in microseconds, and missing when there was no request.
figures_of_bombardier() {
  awk '
    function number(text, name) {
      return match(text, "\"" name "\":[0-9.e+-]+") ? substr(text, RSTART + length(name) + 3, RLENGTH) + 0 : 0
    }
    function after(text, name,    at) {
      at = index(text, "\"" name "\":{")
      return at ? substr(text, at) : ""
    }
    { text = text $0 }
    END {
      result = after(text, "result")
      seconds = number(result, "timeTakenSeconds")
      if (seconds <= 0) exit 1
      for (i = 1; i <= 5; i++) if (count = number(result, "req" i "xx")) {
        answers += count
        statuses = statuses sprintf(" %dxx=%d", i, count)
      }
      for (rest = result; match(rest, /"count":[0-9]+/); rest = substr(rest, RSTART + RLENGTH))
        errors += substr(rest, RSTART + 8, RLENGTH - 8)
      # A request without an answer is in `others` too, together with statuses above 599.
      others = number(result, "others")
      latency = after(result, "latency")
      percentiles = after(latency, "percentiles")
      printf "%.1f %.3f %.3f %.3f %.3f %d%s\n", answers / seconds, number(percentiles, "50") / 1e3,
        number(percentiles, "90") / 1e3, number(percentiles, "99") / 1e3, number(latency, "max") / 1e3,
        (others > errors ? others : errors), statuses
    }' "$1"
}

# docs/load-report.md describes the report; here it comes indented, one value a line.
figures_of_rinha() {
  awk -F '[:,]' '
    function first(name) { if (!(name in seen) && $1 ~ "^ *\"" name "\"$") seen[name] = $2 + 0 }
    { first("duration") }
    /^    "statuses": \{/ && !counted { inside = counted = 1; next }
    inside && /\}/ { inside = 0 }
    inside { gsub(/[ "]/, "", $1); answers += $2; statuses = statuses sprintf(" %d=%d", $1, $2) }
    /^  "latency": \{/ { latency = 1 }
    latency { first("p50"); first("p90"); first("p99"); first("max") }
    /^  "failures": \[$/ { failing = 1 }
    failing && /^  \]/ { failing = 0 }
    failing && $1 ~ /^ *"kind"$/ { status = $2 ~ /unexpectedStatus/ }
    failing && $1 ~ /^ *"count"$/ && !status { errors += $2 }
    END {
      if (!(seen["duration"] > 0)) exit 1
      printf "%.1f %.3f %.3f %.3f %.3f %d%s\n", answers / seen["duration"], seen["p50"] * 1e3, seen["p90"] * 1e3,
        seen["p99"] * 1e3, seen["max"] * 1e3, errors, statuses
    }' "$1"
}
