-- One request again and again, its answers counted by status: wrk -s smoke.lua URL -- METHOD [BODY]

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  counts = {}
  wrk.method = arguments[1]
  if arguments[2] then
    wrk.body = arguments[2]
    wrk.headers["Content-Type"] = "application/json"
  end
end

function response(status)
  counts[status] = (counts[status] or 0) + 1
end

-- One line for the script that started this: microseconds, socket errors, then STATUS=COUNT of each status.
function done(summary, latency)
  local total, order, words = {}, {}, {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do
      if not total[status] then
        table.insert(order, status)
      end
      total[status] = (total[status] or 0) + count
    end
  end
  table.sort(order)
  for _, status in ipairs(order) do
    table.insert(words, string.format("%d=%d", status, total[status]))
  end
  local e = summary.errors
  io.write(string.format("result %d %d %d %d %d %d %s\n", summary.duration, latency:percentile(50),
    latency:percentile(90), latency:percentile(99), latency.max, e.connect + e.read + e.write + e.timeout,
    table.concat(words, " ")))
end
