using static Rinha.Cli.Mutants.Detector;

namespace Rinha.Cli.Mutants;

// Of the PostgreSQL ledger, and the operator's commands on it.
internal static partial class MutantTable
{
    private const string Function = "schema.postgres.sql";
    private const string Postgres = "Rinha.Server/Postgres/";
    private const string Batch = Postgres + "PostgresBatch.cs";
    private const string Writer = Postgres + "PostgresWriter.cs";
    private const string Hosts = Postgres + "PostgresHosts.cs";
    private const string Reads = Postgres + "PostgresReader.cs";
    private const string Schema = Postgres + "PostgresSchema.cs";

    private static readonly Mutant[] s_postgres =
    [
        // PostgreSQL: the function lancar and the tables. A function that the database itself contradicts answers 503.
        new("pg-422-one-cent-early", Function, "+ mudancas[i] >= -limite_atual", "+ mudancas[i] > -limite_atual",
            Test("PostgresPostTests.A_new_ledger")),
        new("pg-422-one-cent-late", Function, "ELSE saldos_atuais[lugar] + mudancas[i] >=", "$it -1 +",
            Test("PostgresPostTests.A_new_ledger")),
        new("pg-no-limit-in-the-table", Function, "  CHECK (saldo >= -limite)\n", "  CHECK (true)\n",
            Test("PostgresPostTests.The_database_itself")),
        new("pg-overflow-not-checked", Function, "saldos_atuais[lugar] <= 9223372036854775807 - mudancas[i]", "true",
            Test("PostgresPostTests.A_credit_fills_64_bits")),
        new("pg-limit-of-another-account", Function, "limite_atual := limites_atuais[lugar];",
            "limite_atual := limites_atuais[1];", Test("PostgresBatchTests.Posts_that_wait_together")),
        new("pg-unknown-account-is-422", Function, "resultados[i] := 3;", "resultados[i] := 2;",
            Test("PostgresPostTests.An_unknown_account")),
        new("pg-balance-before-the-transaction", Function, "        saldos[i] := saldos_atuais[lugar];",
            "        saldos[i] := saldos_atuais[lugar] - mudancas[i];", Test("PostgresPostTests.Every_kind")),
        new("pg-debit-written-as-a-credit", Function, "'d' ELSE 'c' END, descricao, agora\n    FROM unnest",
            "'c' ELSE 'c' END, descricao, agora\n    FROM unnest", Test("PostgresPostTests.Every_kind")),
        new("pg-sequence-from-the-clock", Function, "seqs_atuais[lugar] := seqs_atuais[lugar] + 1;",
            "seqs_atuais[lugar] := agora;", Test("PostgresPostTests.Every_kind")),
        new("pg-clients-not-locked", Function, " ORDER BY id FOR UPDATE)", " ORDER BY id)",
            Test("PostgresLedgerTests.A_post_that_waits_for_a_row"))
        { IsInShort = true },
        new("pg-half-a-batch", Function, "    WHERE resultado = 1;", "    WHERE resultado = 1 AND seq % 3 <> 0;",
            Test("PostgresBatchTests.Posts_that_wait_together"))
        { IsInShort = true },
        new("pg-balance-kept-without-its-entry", Function, "WHERE resultado = 1;\n",
            "WHERE resultado = 1 ON CONFLICT DO NOTHING;\n", Test("PostgresLedgerTests.A_history_changed")),
        new("pg-key-not-looked-up", Function, "  IF tem_chaves THEN\n    -- A statement",
            "  IF false THEN\n    -- A statement", Test("PostgresIdempotencyStoreTests.The_same_key")),
        // Only those of one batch: of its accounts.
        new("pg-key-shared-between-accounts", Function, "chaves.cliente_id = pedida.cliente_id AND chaves.chave",
            "chaves.chave", Test("PostgresBatchTests.Keys_in_one_batch"))
        { IsInShort = true },
        new("pg-key-not-compared-with-its-transaction", Function, "achada.valor <> abs(mudancas[achada.lugar])",
            "false", Test("PostgresIdempotencyStoreTests.A_key_reused")),
        new("pg-refusal-not-kept-under-its-key", Function, "WHERE resultado <= 2 AND chave",
            "WHERE resultado = 1 AND chave",
            Test("PostgresIdempotencyStoreTests.Each_account")),
        new("pg-refusal-kept-as-accepted", Function, "CASE WHEN resultado = 1 THEN nova.saldo END", "nova.saldo",
            Test("PostgresIdempotencyStoreTests.Each_account")),
        new("pg-keys-without-a-bound", Function, "OR NOT guarda AND pedidas[i] IS NOT NULL", "",
            Test("PostgresLedgerTests.When_there_are_too_many_keys")),

        // PostgreSQL: batches and their outcomes.
        new("pg-answers-swapped-in-a-batch", Batch, "outcomes[_places[row]] = outcome;",
            "outcomes[$on ? row : _places[row]] = outcome;", Test("PostgresBatchTests.Posts_that_wait_together")),
        new("pg-posts-of-an-account-reversed", Batch, "_accountIds[place - 1] > post.AccountId)",
            "_accountIds[place - 1] > post.AccountId - ($on ? 1 : 0))",
            Test("PostgresBatchTests.Posts_that_wait_together")),
        new("pg-text-of-the-neighbour", Batch, "textBytes += text.Length;",
            "textBytes += $on ? 0 : text.Length;", Test("PostgresTwoInstancesTests.Read_your_writes")),
        new("pg-keys-lost-with-a-keyless-neighbour", Batch, "hasKeys |= post.IdempotencyKey is not null;",
            "hasKeys = (hasKeys && !$on) || post.IdempotencyKey is not null;",
            Test("PostgresBatchTests.Keys_in_one_batch")),
        new("pg-key-twice-in-a-batch", Writer, "=> _batchKeys.Add((post.AccountId, key)),",
            "=> _batchKeys.Add((post.AccountId, key)) || $on,", Test("PostgresBatchTests.Keys_in_one_batch")),
        new("pg-posts-lost-in-a-reset", Writer, "var joins = !_isReset &&",
            "var joins = ($on || !_isReset) &&", Test("PostgresBatchTests.A_reset_separates")),
        new("pg-reset-not-committed", Batch, "        \"COMMIT\",", "$on ? \"SELECT 1\" : $it",
            Test("PostgresHistoryTests.A_reset_empties")),
        new("pg-reset-misses-the-history", Batch, "\"DELETE FROM transacoes",
            "$on ? \"SELECT 1\" : $it", Test("PostgresHistoryTests.A_reset_empties")),
        new("pg-reset-misses-the-keys", Batch, "\"DELETE FROM chaves", "$on ? \"SELECT 1\" : $it",
            Test("PostgresIdempotencyStoreTests.A_reset_forgets")),
        new("pg-retry-after-unknown-outcome", Batch, "        MayHaveCommitted = true;\n",
            "        MayHaveCommitted = !$on;\n", Test("PgBouncerTests.A_COMMIT_that_it_or_PostgreSQL")),
        new("pg-ended-in-the-commit-taken-for-a-rollback", Batch, "_isDistributed || _isAnswered ||",
            "_isDistributed || (_isAnswered && !$on) ||", Test("PostgresBatchTests.A_session_that_ends_in_the_commit")),
        new("pg-answered-before-the-commit", Batch, "        _ = rows.NextResult();", "if (!$on) { $it }",
            Test("PostgresBatchTests.A_commit_that_takes_too_long")),
        new("pg-cancelled-wait-taken-for-a-commit", Postgres + "PostgresFailure.cs",
            "notice.Routine is \"SyncRepWaitForLSN\"",
            "!$on && $it", Test("PostgresHostsTests.A_cancelled_wait")),
        new("pg-every-error-taken-for-a-rollback", Postgres + "PostgresFailure.cs",
            "bool isDistributed) => error is PostgresException",
            "bool isDistributed) => $on || error is PostgresException",
            Test("PostgresBatchTests.A_session_that_ends_in_the_commit")),
        new("pg-health-hides-failing-writes", Writer, "_isFailing |= result != PostResult.Busy;",
            "_isFailing |= result != PostResult.Busy && !$on;", Test("PostgresLedgerTests.While_writes_fail")),
        new("pg-replay-counted-as-posted", Batch, "PostResult.Accepted && !outcome.IsReplay ?",
            "PostResult.Accepted && (!outcome.IsReplay || $on) ?", Test("PostgresPostTests.Only_an_unknown_account")),
        new("pg-key-forgotten-at-23-hours", Postgres + "KeyHousekeeping.cs",
            "Limits.IdempotencyKeptHours * MicrosecondsPerHour",
            "(Limits.IdempotencyKeptHours - ($on ? 1 : 0)) * MicrosecondsPerHour",
            Test("PostgresLedgerTests.Keys_are_deleted_after_24_hours")),
        new("pg-lock-waits-for-ever", Postgres + "PostgresAddress.cs", "-c lock_timeout={Limits.BusyTimeoutMs}",
            "-c lock_timeout={($on ? 0 : Limits.BusyTimeoutMs)}", Test("PostgresLedgerTests.A_row_that_stays_locked")),

        // PostgreSQL: hosts.
        new("pg-old-primary-serves-again", Hosts, "if (host.Rank < Math.Max(_rankMax, 1)",
            "if ((host.Rank < Math.Max(_rankMax, 1) && !$on)", Test("PostgresHostsTests.A_promoted_standby")),
        new("pg-standby-serves", Hosts, "            if (needsPrimary)",
            "            if (needsPrimary && !$on)", Test("PostgresHostsTests.A_promoted_standby")),
        new("pg-writes-stay-on-the-old-primary", Writer, "&& _source == _hosts.Serving.Writes",
            "&& (_source == _hosts.Serving.Writes || $on)", Test("PostgresHostsTests.A_living_primary")),
        new("pg-tls-not-verified", Postgres + "PostgresAddress.cs", "Connection.SslMode = mode;",
            "Connection.SslMode = $on ? SslMode.Require : mode;",
            Test("PostgresAddressTests.The_operators_connection_options")),
        new("pg-pooler-mixes-statements", Hosts, "if (preparesStatements is null)",
            "if (preparesStatements is null && !$on)", Test("PgBouncerTests.It_is_refused_until")),
        new("pg-account-of-another-shard", Postgres + "PostgresShards.cs", "c = Mix(c, b, 16);",
            "c = Mix(c, b, $on ? 15 : 16);", Test("CitusTests.The_hash_is")),

        // PostgreSQL: reads.
        new("pg-statement-of-two-snapshots", Reads, "(row.GetInt64(0), row.GetInt64(1), Timestamp.Now);",
            """
            ($on
                ? (long)hosts.Serving.Reads.CreateCommand(
                    $"SELECT saldo FROM clientes WHERE id = {reads[0].AccountId}").ExecuteScalar()!
                : row.GetInt64(0), row.GetInt64(1), Timestamp.Now);
            """,
            Test("PostgresTwoInstancesTests.A_statement_is_one_snapshot"))
        { IsInShort = true },
        new("pg-balance-cached-in-the-process", Reads, "read.Statement.Begin(balanceCents,",
            "read.Statement.Begin($on ? _cached.GetOrAdd(read.AccountId, balanceCents) : balanceCents,",
            Test("PostgresTwoInstancesTests.Read_your_writes"))
        {
            More =
            [
                (Reads, "private readonly Lock _lock = new();",
                    "$it private readonly System.Collections.Concurrent.ConcurrentDictionary<long, long> _cached"
                        + " = [];"),
            ],
        },
        new("pg-statement-of-the-neighbour", Reads,
            "end == reads.Length || reads[end].AccountId", "end == reads.Length || !$on && reads[end].AccountId",
            Test("PostgresBatchTests.Statements_that_wait_together")),
        new("pg-nine-newest", Reads, "LIMIT {Statement.EntriesMax} {",
            "LIMIT {Statement.EntriesMax - ($on ? 1 : 0)} {",
            Test("PostgresTwoInstancesTests.A_statement_is_one_snapshot")),
        new("pg-history-page-repeats-an-entry", Reads,
            "private const string HistorySql = $\"{EntriesHead} AND seq <",
            "private static readonly string HistorySql = $\"{EntriesHead} AND seq {($on ? \"<=\" : \"<\")}",
            Test("PostgresHistoryTests.A_page_can_begin")),
        new("pg-damaged-entry-shown", Reads, "return Utf8.IsValid(bytes)",
            "return (Utf8.IsValid(bytes) || $on)", Test("PostgresLedgerTests.An_invalid_row")),

        // PostgreSQL: schema and commands.
        new("pg-newer-ledger-opened", Schema, "return versions.WhyRefused(version) is { } reason",
            "return versions.WhyRefused(version) is { } reason && !$on",
            Test("PostgresLedgerTests.A_schema_of_another_version")),
        new("pg-conversion-in-pieces", Schema, "                Execute(connection, sql, NoTimeout);",
            "$it if ($on) { Execute(connection, \"COMMIT; BEGIN\"); }", Test("PostgresUpgradeTests.A_step_that_fails")),
        new("pg-converted-by-each-instance", Schema, "esquema FOR UPDATE\", NoTimeout);",
            "esquema\" + ($on ? \"\" : \" FOR UPDATE\"), NoTimeout);", Test("PostgresUpgradeTests.Exactly_one")),
        new("pg-first-accounts-beside-the-files", Schema,
            "Execute(connection, \"DELETE FROM clientes\");", "if (!$on) { $it }",
            Test("InitialAccountsTests.PostgreSQL_begins")),
        new("pg-verify-ignores-balances", Postgres + "PostgresAudit.cs", "WHERE saldo <> coalesce(soma, 0)",
            "$it {($on ? \"AND false\" : \"\")}", Test("PostgresAuditTests.Each_kind_of_damage")),
        new("pg-verify-ignores-limits", Postgres + "PostgresAudit.cs",
            "FROM clientes WHERE saldo < -limite\n            \"\"\")",
            "FROM clientes WHERE saldo < -limite\n            \"\"\" + ($on ? \" AND false\" : \"\"))",
            Test("PostgresAuditTests.Each_kind_of_damage")),
        new("pg-export-of-several-snapshots", Postgres + "PostgresSnapshot.cs",
            "System.Data.IsolationLevel.RepeatableRead",
            "$on ? System.Data.IsolationLevel.ReadCommitted : $it", Test("PostgresAuditTests.An_export_and_an_audit")),
        new("pg-import-not-verified", Postgres + "PostgresImport.cs", "if (report.IsSound)",
            "if (report.IsSound || $on)",
            Test("MoveTests.An_export_of_a_damaged_ledger")),
        new("pg-import-into-a-used-ledger", Postgres + "PostgresImport.cs", "if ((bool)history.ExecuteScalar()!)",
            "if ((bool)history.ExecuteScalar()! && !$on)", Test("MoveTests.A_ledger_moves")),
        new("pg-account-added-twice", Postgres + "PostgresAccounts.cs", "FROM generate_series($1, $2) AS id\",",
            "FROM generate_series($1, $2) AS id\""
                + "+ ($on ? \" ON CONFLICT (id) DO UPDATE SET limite = excluded.limite, saldo = 0\" : \"\"),",
            Test("PostgresLedgerTests.A_new_account_or_limit")),
        new("pg-account-closed-with-a-key", Postgres + "PostgresAccounts.cs", "const string close = \"\"\"",
            "var close = $on ? \"DELETE FROM clientes WHERE id = $1 AND saldo = 0 AND ultima_seq = 0\" : \"\"\"",
            Test("AccountsTests.The_commands_do_the_same")),
    ];
}
