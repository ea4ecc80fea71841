-- The same ledger on PostgreSQL: the whole schema and its first state. The server runs it inside one transaction in a
-- database that has none of these tables; `psql -1 -f schema.postgres.sql` works as well. Nothing in it, and nothing on
-- the request path, is PostgreSQL's alone: engines that speak its protocol and SQL can take it.

-- Says which schema this is. An older one is converted (PostgresSchema.Versions); any other is refused, never changed.
CREATE TABLE esquema (
  versao INTEGER PRIMARY KEY
);

CREATE TABLE clientes (
  id         BIGINT PRIMARY KEY,
  limite     BIGINT NOT NULL CHECK (limite BETWEEN 0 AND 9007199254740991), -- cents
  saldo      BIGINT NOT NULL DEFAULT 0,                                     -- cents
  -- How many transactions the client has; the newest one's seq.
  ultima_seq BIGINT NOT NULL DEFAULT 0 CHECK (ultima_seq >= 0),
  -- The contest's one rule, kept by the database itself whatever program writes to it.
  CHECK (saldo >= -limite)
) WITH (fillfactor = 50); -- Room on the page for the next version of a row, which then needs no new index entry.

-- The full history. seq counts 1, 2, 3 … per client without gaps; it, not the clock, is the order. The key is what a
-- statement and a page of the history are read by.
CREATE TABLE transacoes (
  cliente_id   BIGINT NOT NULL REFERENCES clientes (id),
  seq          BIGINT NOT NULL CHECK (seq > 0),
  valor        BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 9007199254740991),     -- cents
  tipo         TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),                       -- credit, debit
  -- 1-10 characters as UTF-8. Not TEXT, which cannot hold U+0000: convert_from(descricao, 'UTF8') shows the others.
  descricao    BYTEA  NOT NULL CHECK (octet_length(descricao) BETWEEN 1 AND 40),
  realizada_em BIGINT NOT NULL,                                                  -- microseconds since 1970
  PRIMARY KEY (cliente_id, seq)
);

-- The answers that are kept for requests sent again (Idempotency-Key): what was asked under a key, and what was answered.
CREATE TABLE chaves (
  chave      TEXT   PRIMARY KEY CHECK (octet_length(chave) BETWEEN 1 AND 64),
  cliente_id BIGINT NOT NULL,
  valor      BIGINT NOT NULL,                               -- cents
  tipo       TEXT   NOT NULL CHECK (tipo IN ('c', 'd')),    -- credit, debit
  descricao  BYTEA  NOT NULL,
  limite     BIGINT NOT NULL,                               -- cents, as answered
  saldo      BIGINT CHECK (saldo >= -limite),               -- cents, as answered; NULL when the answer was a refusal
  criada_em  BIGINT NOT NULL                                -- microseconds since 1970
);
CREATE INDEX chaves_criada_em ON chaves (criada_em);

INSERT INTO clientes (id, limite) VALUES
  (1, 100000),
  (2, 80000),
  (3, 1000000),
  (4, 10000000),
  (5, 500000);

INSERT INTO esquema (versao) VALUES (1);
