# The figures of `waterfall`, from the rounds that rounds.awk has read. `form` is table or json; `steps` has the kinds in
# order, `labels` what each changes and `seeds` its RINHA_SEED, both with bars between.

function percent(kind) { return 100 * (1 - median(kind, "rightPerSecond") / median(kind, "requestsPerSecond")) }
# Of those that are answered rightly: they bear what the others cost.
function cpu(kind) { return median(kind, "apiCpuUs") * median(kind, "requestsPerSecond") / median(kind, "rightPerSecond") }
function gain(kind, other, name) { return sprintf("%.2f", median(kind, name) / median(other, name)) }

END {
  n = split(steps, step, " ")
  split(labels, label, "|")
  split(seeds, seed, "|")
  if (form == "json") {
    printf "{\"connections\":%d,\"seconds\":%d,\"claims\":{\"requestsPerSecond\":2917,\"p50Ms\":0.558,\"p99Ms\":85.7},", \
      connections, seconds
    printf "\"steps\":["
    for (i = 1; i <= n; i++)
      printf "%s{\"step\":\"%s\",\"seed\":\"%s\",\"tcp\":%s,\"buys\":%s,%s}", (i > 1 ? "," : ""), step[i], seed[i],
        (i == 1 ? "true" : "false"), gain(step[i], step[i > 1 ? i - 1 : 1], "rightPerSecond"), members(step[i])
    print "]}"
    exit
  }
  printf "%-33s %10s %7s %8s %9s %7s %9s %7s %6s %6s\n", "median", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "API us",
    "errors", "of all", "buys", "p99"
  for (i = 1; i <= n; i++)
    printf "%-33s %10.0f %7.2f %8.2f %9.2f %7.1f %9d %6.1f%% %6s %6s\n", label[i], median(step[i], "rightPerSecond"),
      median(step[i], "p50Ms"), median(step[i], "p99Ms"), median(step[i], "p999Ms"), cpu(step[i]),
      total(step[i], "unexpectedAnswers") + total(step[i], "socketErrors"), percent(step[i]),
      (i > 1 ? gain(step[i], step[i - 1], "rightPerSecond") : "-"), (i > 1 ? gain(step[i], step[i - 1], "p99Ms") : "-")
  print "requests/s: answered 200, or for a debit 422; API us: CPU time of both APIs for each of these"
  print "errors: all other answers (503: an old snapshot, or a lock in vain) and broken connections, of all rounds"
  print "buys, p99: requests/s and p99 of the step over those of the step before"
  printf "WAL at most:"
  for (i = 1; i <= n; i++) printf "%s %s %.1f", (i > 1 ? "," : ""), step[i], wal[step[i]]
  print " MiB"
  printf "%s / %s: %s in requests/s, %s in p50, %s in p99, %.2f in API CPU (mix, %d connections)\n", step[n], step[1],
    gain(step[n], step[1], "rightPerSecond"), gain(step[n], step[1], "p50Ms"), gain(step[n], step[1], "p99Ms"),
    cpu(step[n]) / cpu(step[1]), connections
  print "claimed for that design in Rust, elsewhere, 14 connections: 2,917 requests/s, p50 0.56 ms, p99 85.7 ms; and for its step"
  print "from nginx and PostgreSQL to nginx and SQLite: 1.94 in requests/s, 0.43 in p50"
}
