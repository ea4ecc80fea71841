-- Prints the statements that fill clientes.ultimas from the history (schema.sql has the format). Statements, because an
-- sqlite3 without unhex() turns hexadecimal digits into a blob only as a literal.
SELECT printf('UPDATE clientes SET ultimas = x''%s'' WHERE id = %d;', ifnull((
  SELECT group_concat(entry, '') FROM (
    SELECT printf('%016X%016X%s%02X%s', valor, realizada_em, hex(tipo), length(CAST(descricao AS BLOB)),
                  substr(hex(descricao) || hex(zeroblob(40)), 1, 80)) AS entry
    FROM transacoes WHERE cliente_id = clientes.id AND seq > clientes.ultima_seq - 10 ORDER BY seq DESC)), ''), id)
FROM clientes;
