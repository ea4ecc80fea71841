# shellcheck shell=bash
# The stages of `scale-out` in which hosts come, go, and are cut off while the load goes on (scale.sh has the rest).

# A debit that nobody may have: it changes nothing, and is answered as a post is.
readonly PROBE='{"valor":9007199254740991,"tipo":"d","descricao":"probe"}'

# api_add NUMBER: a host more. It has to answer before nginx knows it.
api_add() {
  cluster_api "$1"
  cluster_list "${LISTED[@]}" "$1"
  step "api$1 added: ${#LISTED[@]} hosts"
}

# api_remove NUMBER: a host less. nginx forgets it first; what is on its way there is finished.
api_remove() {
  local number
  local -a others=()
  for number in "${LISTED[@]}"; do
    [[ $number == "$1" ]] || others+=("$number")
  done
  cluster_list "${others[@]}"
  cluster_api_stop "$1"
  step "api$1 removed: ${#LISTED[@]} hosts"
}

# api_restart NUMBER: the same host with another process. nginx finds out by itself that it is away.
api_restart() {
  cluster_api_stop "$1"
  cluster_api "$1"
  step "api$1 restarted, with nginx's list as it is"
}

stage_hosts() {
  local first=$((APIS > 2 ? 2 : 1)) number steps seconds failed again
  cluster_only "$first"
  steps=$(((APIS - first) * 2 + 3)) seconds=$((STEP_SECONDS * steps + 2))
  load_begin hosts "$seconds" --retry
  for ((number = first + 1; number <= APIS; number++)); do sleep "$PAUSE" && api_add "$number"; done
  sleep "$PAUSE" && api_remove 1
  sleep "$PAUSE" && api_add 1
  sleep "$PAUSE" && api_restart 1
  for ((number = first + 1; number <= APIS; number++)); do sleep "$PAUSE" && api_remove "$number"; done
  awk -v now="$(moment)" -v end="$seconds" 'BEGIN { exit now > end }' || found_slow 'the load ended before the last change'
  load_end hosts
  failed=$(of hosts .summary.failed) again=$(of hosts .summary.retries)
  ((failed == 0)) || found "$failed requests failed: $(of hosts '.failures | tostring')"
  keep hosts "changes=$steps" "requests=$(of hosts .summary.requests)" "failed=$failed" "sentAgain=$again" \
    "p99=$(of hosts .latency.p99)" "max=$(of hosts .latency.max)" \
    "series=$(of hosts '.series | tostring')"
  of hosts '"\(.summary.requests) requests, \(.summary.failed) failed, \(.summary.retries) sent again; p99 \(
    .latency.p99 * 1e3 | round) ms, max \(.latency.max * 1e3 | round) ms"'
}

# cluster_only COUNT: the first so many run and are listed, and no other.
cluster_only() {
  local number
  for ((number = 1; number <= $1; number++)); do cluster_up "$number"; done
  # shellcheck disable=SC2046 # one word each
  cluster_list $(seq "$1")
  for ((number = $1 + 1; number <= APIS; number++)); do
    ! kill -0 "${HOST_PID[api$number]:-x}" 2>/dev/null || cluster_api_stop "$number"
  done
}

# served NUMBER: how many posts and statements it has answered so far.
served() {
  api_metrics "$1" |
    awk '/^rinha_http_requests_total\{operation="(post|statement)"/ { n += $2 } END { print n + 0 }'
}

stage_cutapi() {
  local cut back again before deadline seconds=$((CUT_API_SECONDS + 10)) least failed failing second name=api$APIS
  cluster_only "$APIS"
  load_begin cutapi "$seconds"
  sleep 3
  cut=$(moment)
  host_cut "$name"
  step "$name is cut off"
  sleep "$CUT_API_SECONDS"
  back=$(moment) before='' deadline=$((SECONDS + 10))
  host_join "$name"
  step "$name is back"
  until [[ -n $before ]] && (($(served "$APIS") > before)); do
    if ((SECONDS >= deadline)); then
      found_slow "$name gets no requests after it is back"
      break
    fi
    [[ -n $before ]] || ! cluster_asks "http://$(api_address "$APIS"):$BANK_PORT/health" || before=$(served "$APIS")
    sleep 0.2
  done
  again=$(moment)
  step "$name serves again"
  load_end cutapi

  failed=$(of cutapi .summary.failed)
  # Those that were on their way when it was cut off; and when it is in use again, a batch over a connection that
  # PostgreSQL has given up meanwhile: of that nobody knows (decision 12).
  failing=$(of cutapi '[.series[] | select(.failed > 0).second] | join(" ")')
  for second in $failing; do
    awk -v s="$second" -v cut="$cut" -v back="$back" -v again="$again" \
      'BEGIN { exit !(s <= cut + 6 || s + 1 >= back && s <= again + 1) }' || found_slow "requests fail in second $second"
  done
  # Whole seconds that lie inside the cut.
  least=$(jq --argjson cut "$cut" --argjson back "$back" \
    '[.series[] | select(.second >= $cut and .second + 1 <= $back).completed] | min' "$WORK/cutapi.json")
  ((failed <= 64)) || found "$failed requests failed, more than were on their way"
  ((least * 2 >= RATE)) || found_slow "the others answered only $least requests in one second"
  keep cutapi "cutAt=$cut" "backAt=$back" "servesAt=$again" "failed=$failed" "failedIn=\"$failing\"" \
    "leastCompleted=$least" "failures=$(of cutapi '.failures | tostring')" "series=$(of cutapi '.series | tostring')"
  of cutapi '"\(.summary.requests) requests, \(.summary.failed) failed: \(
    [.failures[] | "\(.count) \(.kind), such as \(.example)"] | join("; "))"'
  echo "cut off at $cut s: failures in seconds ${failing:-none}; the others answered $least requests/s or more of $RATE;" \
    "back at $back s, in use at $again s"
}

# probe: a post in the background; when it began, its status, how long it took, and its Retry-After, to the file probes.
probe() {
  local began
  began=$(moment)
  # shellcheck disable=SC2016 # awk's own
  host_run load curl --silent --noproxy '*' --max-time 20 -D - -o /dev/null -w 'took %{time_total}\n' \
    -H 'Content-Type: application/json' -d "$PROBE" "$BANK_URL/clientes/5/transacoes" | tr -d '\r' |
    awk -v began="$began" '/^HTTP/ { status = $2 } tolower($1) == "retry-after:" { after = $2 } /^took/ { took = $2 }
      END { print began, status + 0, took, after + 0 }' >>"$WORK/probes" &
  PROBES+=($!)
}

stage_cutdb() {
  local cut back failed again well odd turned_away unknown seconds=$((CUT_DB_SECONDS + 10))
  PROBES=()
  cluster_only "$APIS"
  : >"$WORK/probes"
  load_begin cutdb "$seconds" --retry
  sleep 3
  cut=$(moment)
  host_cut db
  step 'PostgreSQL is cut off'
  while awk -v now="$(moment)" -v end="$cut" -v cut="$CUT_DB_SECONDS" 'BEGIN { exit now >= end + cut }'; do
    probe
    sleep 0.5
  done
  back=$(moment)
  host_join db
  step 'PostgreSQL is back'
  while awk -v now="$(moment)" -v back="$back" 'BEGIN { exit now >= back + 3 }'; do
    probe
    sleep 0.5
  done
  wait "${PROBES[@]}"
  load_end cutdb

  failed=$(of cutdb .summary.failed) again=$(of cutdb .summary.retries)
  turned_away=$(awk '$2 == 503 && $4 >= 1 { n++ } END { print n + 0 }' "$WORK/probes")
  # Those that were in a batch on its way: of them nobody knows, and nobody is asked to send them again (decision 12).
  unknown=$(awk '$2 == 503 && $4 == 0 { n++ } END { print n + 0 }' "$WORK/probes")
  odd=$(awk '$2 != 422 && $2 != 503 { print }' "$WORK/probes")
  # The first that was answered well after the link came back, and no 503 began later.
  well=$(awk -v back="$back" '$2 == 422 && $1 + $3 >= back && (!t || $1 + $3 < t) { t = $1 + $3 } END { print t + 0 }' \
    "$WORK/probes")
  [[ -z $odd ]] || found "probes (began, status, took, Retry-After): ${odd//$'\n'/; }"
  ((turned_away > 0)) || found 'no probe was answered 503'
  awk -v well="$well" -v back="$back" 'BEGIN { exit !(well && well <= back + 3) }' || found_slow 'not well again after 3 s'
  ((failed == 0)) || found "$failed requests failed for good: $(of cutdb '.failures | tostring')"
  keep cutdb "cutAt=$cut" "backAt=$back" "wellAt=$well" "turnedAway=$turned_away" \
    "unknown=$unknown" "failed=$failed" "sentAgain=$again" \
    "probes=$(jq -Rs '[split("\n")[] | select(. != "") | split(" ") | map(tonumber)]' "$WORK/probes")"
  awk -v cut="$cut" -v back="$back" -v well="$well" -v unknown="$unknown" '
    $2 == 503 { n++; if (!least || $3 < least) least = $3; if ($3 > most) most = $3 }
    END {
      printf "cut off from %s to %s s: %d probes answered 503 after %.2f to %.2f s, %d with Retry-After and %d unknown; ",
        cut, back, n, least, most, n - unknown, unknown
      printf "well again at %.1f s\n", well
    }' "$WORK/probes"
  echo "the load sent requests again $again times, and $failed failed in the end"
}
