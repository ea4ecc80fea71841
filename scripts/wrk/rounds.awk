# What rounds have in common: one line per round, its kind and then the NAME=VALUE pairs that `measure` prints.

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

function object(kind, i,    c, name, text) {
  for (c = 2; c <= columns[kind]; c++) {
    name = names[kind, c]
    text = text (c > 2 ? "," : "") "\"" name "\":" (i ? figure[kind, i, name] : median(kind, name))
  }
  return "{" text "}"
}
# The members of what a kind is in JSON.
function members(kind,    i, text) {
  for (i = 1; i <= rounds[kind]; i++) text = text (i > 1 ? "," : "") object(kind, i)
  return sprintf("\"median\":%s,\"rounds\":[%s]", object(kind, 0), text)
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
