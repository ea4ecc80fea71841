-- Fills a new ledger with :transactions transactions, which take turns among its five clients. Credits and debits of
-- the same amount take turns, so that no balance was ever under 0.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;

WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < (:transactions + 4) / 5
)
INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
SELECT id, seq, (seq + 1) / 2 % 10000 + 1, iif(seq % 2 = 1, 'c', 'd'), 'abcdefghij', 1704067200000000 + seq * 1000
FROM numbers CROSS JOIN clientes WHERE seq <= (:transactions + 5 - id) / 5;

UPDATE clientes SET (saldo, ultima_seq) =
  (SELECT ifnull(sum(iif(tipo = 'c', valor, -valor)), 0), count(*) FROM transacoes WHERE cliente_id = clientes.id);
