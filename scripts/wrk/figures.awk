# The figures of `ceiling`: one line per round, its kind and then the NAME=VALUE pairs that `measure` prints.
# `form` says what comes out: table, json, or one of the ratios; `first` and `second` are the kinds.

function median(kind, name,    i, j, t, n, v) {
  n = rounds[kind]
  for (i = 1; i <= n; i++) v[i] = figure[kind, i, name]
  for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
function total(kind, name,    i, sum) {
  for (i = 1; i <= rounds[kind]; i++) sum += figure[kind, i, name]
  return sum
}
function ratio(name) { return sprintf("%.3f", median(first, name) / median(second, name)) }

function object(kind, i,    c, name, text) {
  for (c = 2; c <= columns[kind]; c++) {
    name = names[kind, c]
    text = text (c > 2 ? "," : "") "\"" name "\":" (i ? figure[kind, i, name] : median(kind, name))
  }
  return "{" text "}"
}
function list(kind,    i, text) {
  for (i = 1; i <= rounds[kind]; i++) text = text (i > 1 ? "," : "") object(kind, i)
  return sprintf("\"%s\":{\"median\":%s,\"rounds\":[%s]}", kind, object(kind, 0), text)
}

function requests(kind) {
  printf "%-14s %11.0f %8.2f %8.2f %9.2f %8.2f %11d %14d\n", kind, median(kind, "requestsPerSecond"),
    median(kind, "p50Ms"), median(kind, "p99Ms"), median(kind, "p999Ms"), median(kind, "maxMs"),
    total(kind, "unexpectedAnswers"), total(kind, "socketErrors")
}
function pair(kind, process) {
  return sprintf("%.2f/%.2f", median(kind, process "VoluntarySwitches"), median(kind, process "InvoluntarySwitches"))
}
function cpu(kind) {
  printf "%-14s %9.1f %9.1f %9.1f %9.1f %9.1f %15s %15s %13s\n", kind, median(kind, "proxyCpuUs"),
    median(kind, "api01CpuUs"), median(kind, "api02CpuUs"), median(kind, "apiCpuUs"), median(kind, "dbCpuUs"),
    sprintf("%d/%d/%d/%d", median(kind, "throttledProxy"), median(kind, "throttledApi01"),
    median(kind, "throttledApi02"), median(kind, "throttledDb")), pair(kind, "proxy"), pair(kind, "api")
}
function memory(kind) {
  if (!(kind in wal)) return
  printf "%s: resident memory of the APIs %.0f and %.0f MB, WAL at most %.1f MiB at the end of a round\n", kind,
    median(kind, "residentKbApi01") / 1024, median(kind, "residentKbApi02") / 1024, wal[kind]
}

{
  n = ++rounds[$1]
  columns[$1] = NF
  for (c = 2; c <= NF; c++) {
    split($c, part, "=")
    names[$1, c] = part[1]
    figure[$1, n, part[1]] = part[2] + 0
    if (part[1] == "walMiB" && part[2] >= wal[$1] + 0) wal[$1] = part[2]
  }
}
END {
  if (form == "ratio") print ratio("requestsPerSecond")
  else if (form == "p99ratio") print ratio("p99Ms")
  else if (form == "json") {
    printf "{\"first\":\"%s\",\"second\":\"%s\",\"load\":\"%s\",\"connections\":%d,\"seconds\":%d,", first, second,
      load, connections, seconds
    printf "\"ratio\":%s,\"p99Ratio\":%s,%s,%s}\n", ratio("requestsPerSecond"), ratio("p99Ms"), list(first),
      list(second)
  } else {
    printf "%-14s %11s %8s %8s %9s %8s %11s %14s\n", "median", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
      "unexpected", "socket errors"
    requests(first)
    requests(second)
    printf "\n%-14s %9s %9s %9s %9s %9s %15s %15s %13s\n", "median", "proxy us", "api01 us", "api02 us", "API us",
      "db us", "throttled", "proxy switches", "API switches"
    cpu(first)
    cpu(second)
    print "unexpected, socket errors: of all rounds"
    print "us: CPU time per request; throttled: 100 ms periods of proxy/api01/api02/db with the quota used up"
    print "switches: context switches per request, voluntary/involuntary, of all threads"
    memory(first)
    memory(second)
  }
}
