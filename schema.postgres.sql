-- The same ledger on PostgreSQL: schema and initial rows. The server runs it in one transaction in a database without
-- these tables; `psql -1 -f schema.postgres.sql` works too.

-- The schema version. The server converts an older one (PostgresSchema.Versions), and refuses any other unchanged.
CREATE TABLE esquema (
  versao INTEGER PRIMARY KEY
);

CREATE TABLE clientes (
  id         BIGINT PRIMARY KEY,
  limite     BIGINT NOT NULL CHECK (limite BETWEEN 0 AND 9007199254740991), -- cents
  saldo      BIGINT NOT NULL DEFAULT 0,                                     -- cents
  -- The number of the client's transactions, and the newest one's seq.
  ultima_seq BIGINT NOT NULL DEFAULT 0 CHECK (ultima_seq >= 0),
  -- The contest's one rule, enforced by the database itself, whatever program writes to it.
  CHECK (saldo >= -limite)
) WITH (fillfactor = 50); -- Room for a row's next version on its page: no new index entry.

-- The full history. seq counts 1, 2, 3 … per client without gaps; it, not the clock, is the order. Statements and
-- history pages read by the primary key.
CREATE TABLE transacoes (
  cliente_id   BIGINT NOT NULL, -- No foreign key: the server inserts under the client's row lock.
  seq          BIGINT NOT NULL CHECK (seq > 0),
  valor        BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 9007199254740991),     -- cents
  tipo         TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),                       -- credit, debit
  -- 1-10 characters as UTF-8. TEXT cannot hold U+0000; convert_from(descricao, 'UTF8') shows all other texts.
  descricao    BYTEA  NOT NULL CHECK (octet_length(descricao) BETWEEN 1 AND 40),
  realizada_em BIGINT NOT NULL,                                                  -- microseconds since 1970
  PRIMARY KEY (cliente_id, seq)
);

-- Idempotency keys, each client's its own: the request under each key, and its answer.
CREATE TABLE chaves (
  chave      TEXT   NOT NULL CHECK (octet_length(chave) BETWEEN 1 AND 64),
  cliente_id BIGINT NOT NULL,
  valor      BIGINT NOT NULL,                               -- cents
  tipo       TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),    -- credit, debit
  descricao  BYTEA  NOT NULL,
  limite     BIGINT NOT NULL,                               -- cents, as answered
  saldo      BIGINT CHECK (saldo >= -limite),               -- cents, as answered; NULL when the answer was a refusal
  criada_em  BIGINT NOT NULL,                               -- microseconds since 1970
  -- The transaction's; NULL when the answer was a refusal, or was kept before version 2.
  seq        BIGINT CHECK (seq > 0),
  PRIMARY KEY (cliente_id, chave)
);
CREATE INDEX chaves_criada_em ON chaves (criada_em);

INSERT INTO clientes (id, limite) VALUES
  (1, 100000),
  (2, 80000),
  (3, 1000000),
  (4, 10000000),
  (5, 500000);

INSERT INTO esquema (versao) VALUES (4);

-- Posts a batch, as one statement and hence one transaction: locks its clients in the order of their ids, so that two
-- batches never deadlock, judges the posts in order, and writes what they change. Of each post: its client (ascending),
-- its change in cents (negative for a debit), its description and its key (NULL for none; an empty array if no post has
-- one; no key twice). guarda: whether new keys are kept, not refused. agora: microseconds since 1970. fragmento: one of
-- the clients, which tells Citus the worker. Returns each post's result (PostgresBatch), then the balances, limits and
-- seqs as answered.
CREATE FUNCTION lancar(fragmento BIGINT, contas BIGINT[], mudancas BIGINT[], descricoes BYTEA[], pedidas TEXT[],
                       guarda BOOLEAN, agora BIGINT) RETURNS BIGINT[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  resultados BIGINT[] := array_fill(CAST(1 AS BIGINT), ARRAY[cardinality(contas)]); -- Posted, until judged otherwise.
  saldos  BIGINT[] := array_fill(CAST(0 AS BIGINT), ARRAY[cardinality(contas)]);
  limites BIGINT[] := saldos;
  seqs    BIGINT[] := saldos;
  -- The locked clients, and what they have.
  ids BIGINT[];
  saldos_atuais  BIGINT[];
  limites_atuais BIGINT[];
  seqs_atuais    BIGINT[];
  conta  BIGINT := -1; -- The post's,
  lugar  INTEGER := 0; -- its place among the locked ones,
  limite_atual BIGINT; -- and its limit; NULL if it does not exist.
  tem_chaves CONSTANT BOOLEAN := cardinality(pedidas) > 0;
  achada RECORD;
BEGIN
  -- READ COMMITTED is enough: a row that another transaction had locked is returned as that one left it.
  SELECT array_agg(id), array_agg(saldo), array_agg(limite), array_agg(ultima_seq)
    INTO ids, saldos_atuais, limites_atuais, seqs_atuais
    FROM (SELECT id, saldo, limite, ultima_seq FROM clientes WHERE id = ANY(contas) ORDER BY id FOR UPDATE) AS travada;

  IF tem_chaves THEN
    -- A statement after the lock: it sees each key that another one has committed under the same lock. OFFSET 0:
    -- otherwise the planner may read all keys of the clients.
    FOR achada IN
      SELECT lugar, tipo, valor, descricao, saldo, limite, seq
      FROM unnest(contas, pedidas) WITH ORDINALITY AS pedida (cliente_id, chave, lugar)
      CROSS JOIN LATERAL (
        SELECT tipo, valor, descricao, saldo, limite, seq FROM chaves
        WHERE chaves.cliente_id = pedida.cliente_id AND chaves.chave = pedida.chave
          AND chaves.cliente_id = ANY(contas) OFFSET 0) AS guardada
    LOOP
      IF achada.valor <> abs(mudancas[achada.lugar]) OR (achada.tipo = 'd') <> (mudancas[achada.lugar] < 0)
         OR achada.descricao <> descricoes[achada.lugar] THEN
        resultados[achada.lugar] := 4;
      ELSIF achada.saldo IS NULL THEN
        resultados[achada.lugar] := 7;
      ELSE
        resultados[achada.lugar] := 6;
        saldos[achada.lugar] := achada.saldo;
        limites[achada.lugar] := achada.limite;
        seqs[achada.lugar] := coalesce(achada.seq, 0);
      END IF;
    END LOOP;
  END IF;

  FOR i IN 1 .. cardinality(contas) LOOP
    IF contas[i] > conta THEN
      conta := contas[i];
      IF ids[lugar + 1] = conta THEN
        lugar := lugar + 1;
        limite_atual := limites_atuais[lugar];
      ELSE
        limite_atual := NULL;
      END IF;
    END IF;
    IF limite_atual IS NULL THEN
      resultados[i] := 3;
    ELSIF tem_chaves AND (resultados[i] > 1 OR NOT guarda AND pedidas[i] IS NOT NULL) THEN
      resultados[i] := CASE WHEN resultados[i] > 1 THEN resultados[i] ELSE 5 END; -- Known, or too many.
    ELSE
      limites[i] := limite_atual;
      IF (CASE WHEN mudancas[i] > 0 THEN saldos_atuais[lugar] <= 9223372036854775807 - mudancas[i]
          ELSE saldos_atuais[lugar] + mudancas[i] >= -limite_atual END) THEN
        saldos_atuais[lugar] := saldos_atuais[lugar] + mudancas[i];
        saldos[i] := saldos_atuais[lugar];
        seqs_atuais[lugar] := seqs_atuais[lugar] + 1;
        seqs[i] := seqs_atuais[lugar];
      ELSE
        resultados[i] := 2;
      END IF;
    END IF;
  END LOOP;

  UPDATE clientes SET saldo = nova.saldo, ultima_seq = nova.seq
    FROM unnest(ids, saldos_atuais, seqs_atuais) AS nova (id, saldo, seq)
    WHERE clientes.id = nova.id AND clientes.ultima_seq < nova.seq
      AND clientes.id = ANY(contas); -- Tells Citus the shard.
  INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
    SELECT cliente_id, seq, abs(mudanca), CASE WHEN mudanca < 0 THEN 'd' ELSE 'c' END, descricao, agora
    FROM unnest(contas, seqs, mudancas, descricoes, resultados) AS nova (cliente_id, seq, mudanca, descricao, resultado)
    WHERE resultado = 1;
  IF tem_chaves THEN
    -- A refusal has no seq, and its balance is not kept.
    INSERT INTO chaves (cliente_id, seq, valor, tipo, descricao, criada_em, chave, limite, saldo)
      SELECT cliente_id, nullif(seq, 0), abs(mudanca), CASE WHEN mudanca < 0 THEN 'd' ELSE 'c' END, descricao, agora,
        chave, nova.limite, CASE WHEN resultado = 1 THEN nova.saldo END
      FROM unnest(contas, seqs, mudancas, descricoes, resultados, pedidas, limites, saldos)
        AS nova (cliente_id, seq, mudanca, descricao, resultado, chave, limite, saldo)
      WHERE resultado <= 2 AND chave IS NOT NULL;
  END IF;
  RETURN resultados || saldos || limites || seqs;
END
$$;
