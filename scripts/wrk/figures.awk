# The figures of `ceiling`, from the rounds that rounds.awk has read.
# `form` says what comes out: table, json, or one of the ratios; `first` and `second` are the kinds.

function ratio(name) { return sprintf("%.3f", median(first, name) / median(second, name)) }
function list(kind) { return sprintf("\"%s\":{%s}", kind, members(kind)) }
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
