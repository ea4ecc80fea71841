# The figures of `ceiling`: one line per round, its kind (stack or floor) and then what `measure` prints.
# `form` says what comes out: table, json or ratio.

function median(kind, column,    i, j, t, n, v) {
  n = rounds[kind]
  for (i = 1; i <= n; i++) v[i] = figure[kind, i, column]
  for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
function object(kind, i,    c, text) {
  for (c = 1; c <= 13; c++) text = text (c > 1 ? "," : "") "\"" key[c] "\":" (i ? figure[kind, i, c] : median(kind, c))
  return "{" text "}"
}
function list(kind,    i, text) {
  for (i = 1; i <= rounds[kind]; i++) text = text (i > 1 ? "," : "") object(kind, i)
  return "{\"median\":" object(kind, 0) ",\"rounds\":[" text "]}"
}
function row(kind) {
  printf "%-6s %11.0f %8.2f %8.2f %8.2f %9.1f %7.1f %10d/%d/%d %11d %13d\n", kind, median(kind, 1), median(kind, 2),
    median(kind, 3), median(kind, 4), median(kind, 5), median(kind, 6), median(kind, 7), median(kind, 8),
    median(kind, 9), median(kind, 10), median(kind, 11)
}
BEGIN {
  split("requestsPerSecond p50Ms p99Ms maxMs nginxCpuUs apiCpuUs throttledNginx throttledApi01 throttledApi02 " \
    "unexpectedAnswers socketErrors residentKbApi01 residentKbApi02", key, " ")
}
{ n = ++rounds[$1]; for (c = 2; c <= NF; c++) figure[$1, n, c - 1] = $c + 0 }
END {
  ratio = median("stack", 1) / median("floor", 1)
  if (form == "ratio") { printf "%.3f\n", ratio; exit }
  if (form == "json") {
    printf "{\"connections\":%d,\"seconds\":%d,\"ratio\":%.3f,\"stack\":%s,\"floor\":%s}\n", connections, seconds,
      ratio, list("stack"), list("floor")
    exit
  }
  printf "%-6s %11s %8s %8s %8s %9s %7s %14s %11s %13s\n", "median", "requests/s", "p50 ms", "p99 ms", "max ms",
    "nginx us", "API us", "throttled", "unexpected", "socket errors"
  row("stack")
  row("floor")
  printf "throttled: 100 ms periods of nginx/api01/api02 with the quota used up; us: CPU time per request\n"
  printf "resident memory of the APIs: %.0f and %.0f MB\n", median("stack", 12) / 1024, median("stack", 13) / 1024
}
