-- Fills a new ledger with :transactions transactions, round-robin over its five clients. Credits and debits of the same
-- amount alternate, so that no balance goes below 0.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;

WITH RECURSIVE numbers (seq) AS (
  SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < (:transactions + 4) / 5
)
INSERT INTO transacoes (id, cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
SELECT 5 * (seq - 1) + id, id, seq, (seq + 1) / 2 % 10000 + 1, iif(seq % 2 = 1, 'c', 'd'), 'abcdefghij', 1704067200000000 + seq * 1000,
       iif(seq > 1, 5 * (seq - 2) + id, NULL)
FROM numbers CROSS JOIN clientes WHERE seq <= (:transactions + 5 - id) / 5;

INSERT INTO marcos (cliente_id, seq, transacao_id) SELECT cliente_id, seq, id FROM transacoes WHERE seq % 64 = 0;

UPDATE clientes SET (saldo, ultima_seq, ultima_id) =
  (SELECT ifnull(sum(iif(tipo = 'c', valor, -valor)), 0), count(*), max(id)
   FROM transacoes WHERE cliente_id = clientes.id);
