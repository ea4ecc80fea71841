-- What the load tester does, in Lua: each request made anew at random, each answer judged.

local LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

function init()
  math.randomseed(1)
  wrong = 0
  headers = { ["Content-Type"] = "application/json" }
end

local function text()
  local letters = {}
  for i = 1, 10 do
    local at = math.random(#LETTERS)
    letters[i] = LETTERS:sub(at, at)
  end
  return table.concat(letters)
end

function request()
  local draw = math.random(34)
  local account = "/clientes/" .. math.random(5)
  if draw == 34 then
    return wrk.format("GET", account .. "/extrato")
  end
  local kind = draw <= 22 and "d" or "c"
  local body = string.format('{"valor": %d, "tipo": "%s", "descricao": "%s"}', math.random(10000), kind, text())
  return wrk.format("POST", account .. "/transacoes", headers, body)
end

function response(status, _, body)
  if status == 422 then
    return
  end
  local limit = tonumber(body:match('"limite":%s*(%d+)'))
  local balance = tonumber(body:match('"total":%s*(-?%d+)') or body:match('"saldo":%s*(-?%d+)'))
  if status ~= 200 or not limit or not balance or balance < -limit then
    wrong = wrong + 1
  end
end
