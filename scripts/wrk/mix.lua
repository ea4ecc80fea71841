-- The contest's mix: 22 debits, 11 credits and 1 statement in 34 requests, clients 1 to 5, amounts 1 to 10000.
-- The requests are made up before the clock starts, so that the generator costs as little as it can.

local PREPARED = 3400
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("seed", #threads)
end

function init()
  math.randomseed(seed)
  unexpected = 0
  prepared = {}
  next_request = 0
  for i = 1, PREPARED do
    prepared[i] = make(math.random(34))
  end
end

function make(draw)
  local account = "/clientes/" .. math.random(5)
  if draw == 34 then
    return wrk.format("GET", account .. "/extrato")
  end
  local kind = draw <= 22 and "d" or "c"
  local body = string.format('{"valor": %d, "tipo": "%s", "descricao": "abcdefghij"}', math.random(10000), kind)
  return wrk.format("POST", account .. "/transacoes", { ["Content-Type"] = "application/json" }, body)
end

function request()
  next_request = next_request % PREPARED + 1
  return prepared[next_request]
end

-- A debit beyond the limit is refused with 422, which is a right answer.
function response(status)
  if status ~= 200 and status ~= 422 then
    unexpected = unexpected + 1
  end
end

-- One line for the script that started this; times in microseconds.
function done(summary, latency)
  local wrong = 0
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("unexpected")
  end
  local e = summary.errors
  io.write(string.format("result %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency.max, wrong, e.connect + e.read + e.write + e.timeout))
end
