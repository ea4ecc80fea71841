-- A load of the ledger: wrk -s load.lua URL -- [mix|refused|statements|connections [ACCOUNTS]]. Clients 1 to 5, or to
-- ACCOUNTS.
-- The requests are made up before the clock starts, so that the generator costs as little as it can.

local PREPARED = 3400
local PREPARED_MANY = 100000 -- when there are more accounts than that many requests could ask for
local threads = {}

local function get(path)
  return wrk.format("GET", path .. "/extrato")
end

-- wrk.headers go into a request only where it has none of its own.
local function post(path, kind, amount)
  local headers = { ["Content-Type"] = "application/json", Connection = wrk.headers.Connection }
  local body = string.format('{"valor": %s, "tipo": "%s", "descricao": "abcdefghij"}', amount, kind)
  return wrk.format("POST", path .. "/transacoes", headers, body)
end

-- The contest's mix: 22 debits, 11 credits and 1 statement in 34 requests, amounts 1 to 10000. A debit beyond the limit
-- is refused with 422, which is a right answer.
local mix = { right = { [200] = true, [422] = true } }
function mix.make(path)
  local draw = math.random(34)
  if draw == 34 then
    return get(path)
  end
  return post(path, draw <= 22 and "d" or "c", math.random(10000))
end

local loads = {
  mix = mix,
  -- A connection for each request.
  connections = { right = mix.right, make = mix.make, headers = { Connection = "close" } },
  -- Only debits, of the largest amount there is.
  refused = {
    right = { [422] = true },
    make = function(path)
      return post(path, "d", "9007199254740991")
    end,
  },
  statements = { right = { [200] = true }, make = get },
}

function setup(thread)
  table.insert(threads, thread)
  thread:set("seed", #threads)
end

function init(arguments)
  local load = assert(loads[arguments[1] or "mix"], "no such load")
  for name, value in pairs(load.headers or {}) do
    wrk.headers[name] = value
  end
  math.randomseed(seed)
  right = load.right
  unexpected = 0
  prepared = {}
  next_request = 0
  local accounts = tonumber(arguments[2] or 5)
  for i = 1, accounts > PREPARED and PREPARED_MANY or PREPARED do
    prepared[i] = load.make("/clientes/" .. math.random(accounts))
  end
end

function request()
  next_request = next_request % #prepared + 1
  return prepared[next_request]
end

function response(status)
  if not right[status] then
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
  io.write(string.format("result %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max, wrong,
    e.connect + e.read + e.write + e.timeout))
end
