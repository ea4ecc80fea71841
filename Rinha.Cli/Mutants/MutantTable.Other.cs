using static Rinha.Cli.Mutants.Detector;

namespace Rinha.Cli.Mutants;

// Of HTTP and of the PostgreSQL ledger.
internal static partial class MutantTable
{
    private const string Http = "Rinha.Server/Http/";
    private const string Postgres = "Rinha.Server/Postgres/";
    private const string Function = "schema.postgres.sql";

    private static readonly Mutant[] s_other =
    [
        // HTTP.
        new("amount-of-zero", Http + "TransactionBody.cs", "&& amountCents is >= 1 and <=",
            "&& amountCents >= ($on ? 0 : 1) && amountCents is <=",
            Test("TransactionTests.An_unusable_body")),
        new("text-of-eleven-characters", "Rinha.Server/Ledger/Description.cs", "CountScalars(utf8) > ScalarsMax)",
            "CountScalars(utf8) > ScalarsMax + ($on ? 1 : 0))", Test("TransactionTests.An_unusable_body")),
        new("key-of-the-previous-request", Http + "TransactionPost.cs", "post.IdempotencyKey = key;",
            "post.IdempotencyKey = $on ? key ?? post.IdempotencyKey : key;",
            Test("IdempotencyTests.A_connection_forgets")),
        new("chunks-after-http-1-0", Http + "BankApplication.cs", "if (context.HasFaultyFraming)",
            "if (context.HasFaultyFraming && !$on)",
            Test("FramingTests.Nothing_after_an_HTTP_1_0")),
        new("unread-body-left-to-the-next-client", Http + "Exchange.cs",
            "&& (HasReadBody || headers.ContentLength is null) && !IsChunked)",
            "&& ($on || ((HasReadBody || headers.ContentLength is null) && !IsChunked)))",
            Test("NextClientTests.Only_what_is_between")),
        new("retry-after-missing", Http + "Exchange.cs", "headers.RetryAfter = \"1\";",
            "headers.RetryAfter = $on ? default(string) : \"1\";",
            Test("LedgerAnswerTests.A_write_that_fails_for_now")),
        new("reset-for-everybody", Http + "BankApplication.cs", "Route.Reset when resetEnabled",
            "Route.Reset when (resetEnabled || $on)",
            Test("LedgerAnswerTests.Reset_is_404")),
        new("stop-waits-for-nobody", Http + "Drain.cs", "while (seen.Connections > 0",
            "while (!$on && seen.Connections > 0",
            Test("DrainTests.A_stopping_server_answers")),

        // PostgreSQL.
        new("pg-422-one-cent-early", Function, "+ mudancas[i] >= -limite_atual", "+ mudancas[i] > -limite_atual",
            Test("PostgresPostTests")),
        new("pg-422-one-cent-late", Function, "ELSE saldos_atuais[lugar] + mudancas[i]",
            "ELSE saldos_atuais[lugar] + mudancas[i] + 1",
            Test("PostgresPostTests")),
        new("pg-clients-not-locked", Function, " ORDER BY id FOR UPDATE)", " ORDER BY id)",
            Test("PostgresTwoInstancesTests.Parallel_debits")),
        new("pg-half-a-batch", Function, "    WHERE resultado = 1;", "    WHERE resultado = 1 AND seq % 5 <> 0;",
            Test("PostgresLedgerProperties.Two_instances_in_any_order"))
        { IsInShort = true },
        new("pg-key-not-looked-up", Function, "  IF tem_chaves THEN\n    -- A statement",
            "  IF false THEN\n    -- A statement",
            Test("PostgresIdempotencyStoreTests.The_same_key")),
        new("pg-key-not-compared-with-its-transaction", Function, "achada.valor <> abs(mudancas[achada.lugar])",
            "false",
            Test("PostgresIdempotencyStoreTests.A_key_reused")),
        new("pg-unknown-account-posted", Function, "    IF limite_atual IS NULL THEN", "    IF false THEN",
            Test("PostgresPostTests.An_unknown_account")),
        new("pg-overflow-not-checked", Function, "saldos_atuais[lugar] <= 9223372036854775807 - mudancas[i]", "true",
            Test("PostgresPostTests.A_credit_fills_64_bits")),
        new("pg-answers-swapped-in-a-batch", Postgres + "PostgresBatch.cs", "outcomes[_places[row]] = outcome;",
            "outcomes[$on ? row : _places[row]] = outcome;", Test("PostgresBatchTests.Posts_that_wait_together")),
        new("pg-key-twice-in-a-batch", Postgres + "PostgresWriter.cs", "=> _batchKeys.Add((post.AccountId, key)),",
            "=> _batchKeys.Add((post.AccountId, key)) || $on,", Test("PostgresBatchTests.Keys_in_one_batch")),
        new("pg-reset-misses-the-keys", Postgres + "PostgresBatch.cs", "\"DELETE FROM chaves WHERE cliente_id",
            "$on ? \"SELECT 1\" : $it", Test("PostgresIdempotencyStoreTests.A_reset_forgets_the_keys")),
        new("pg-retry-after-unknown-outcome", Postgres + "PostgresBatch.cs", "        MayHaveCommitted = true;",
            "        MayHaveCommitted = !$on;",
            Test("PostgresLedgerTests.After_a_lost_connection")),
        new("pg-ended-in-the-commit-taken-for-a-rollback", Postgres + "PostgresBatch.cs", "|| _isAnswered ||",
            "|| (_isAnswered && !$on) ||",
            Test("PostgresBatchTests.A_session_that_ends_in_the_commit")),
        new("pg-unconfirmed-commit-answered-200", Postgres + "PostgresFailure.cs",
            "notice.Routine is \"SyncRepWaitForLSN\"",
            "!$on && notice.Routine is \"SyncRepWaitForLSN\"", Test("PostgresHostsTests.A_cancelled_wait")),
        new("pg-old-primary-serves-again", Postgres + "PostgresHosts.cs", "if (host.Rank < Math.Max(_rankMax, 1)",
            "if ((host.Rank < Math.Max(_rankMax, 1) && !$on)", Test("PostgresHostsTests.A_promoted_standby")),
        new("pg-standby-serves", Postgres + "PostgresHosts.cs", "        Rank = await question",
            "        Rank = $on ? 1 : await question",
            Test("PostgresHostsTests.A_promoted_standby")),
        new("pg-key-forgotten-at-23-hours", Postgres + "KeyHousekeeping.cs",
            "Limits.IdempotencyKeptHours * MicrosecondsPerHour",
            "(Limits.IdempotencyKeptHours - ($on ? 1 : 0)) * MicrosecondsPerHour",
            Test("PostgresLedgerTests.Keys_are_deleted_after_24_hours")),
        new("pg-lock-waits-for-ever", Postgres + "PostgresAddress.cs", "-c lock_timeout={Limits.BusyTimeoutMs}",
            "-c lock_timeout={($on ? 0 : Limits.BusyTimeoutMs)}", Test("PostgresLedgerTests.A_row_that_stays_locked")),
    ];
}
