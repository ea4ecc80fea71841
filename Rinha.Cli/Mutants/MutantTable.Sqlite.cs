using static Rinha.Cli.Mutants.Detector;

namespace Rinha.Cli.Mutants;

// Of HTTP, the SQLite ledger, and the operator's commands on its file.
internal static partial class MutantTable
{
    private const string Http = "Rinha.Server/Http/";
    private const string Queue = "Rinha.Server/Queue/WriteQueue.cs";
    private const string Sqlite = "Rinha.Server/Sqlite/";
    private const string Gate = Sqlite + "Locking/Gate.cs";
    private const string Turn = Sqlite + "Writing/CommitTurn.cs";
    private const string Transaction = Sqlite + "Writing/WriteTransaction.cs";
    private const string Postings = Sqlite + "Writing/Postings.cs";
    private const string Keys = Sqlite + "Writing/IdempotencyStore.cs";
    private const string Reader = Sqlite + "Reading/StatementReader.cs";
    private const string Ledger = Sqlite + "LedgerFile.cs";
    private const string Upkeep = Sqlite + "Upkeep/";
    private const string Checkpointer = Upkeep + "Checkpointer.cs";
    private const string Backup = Upkeep + "LedgerBackup.cs";
    private const string Restore = Upkeep + "LedgerRestore.cs";
    private const string Operations = "Rinha.Server/Operations/";

    private static readonly Mutant[] s_sqlite =
    [
        // The HTTP edge.
        new("amount-truncated", Http + "TransactionBody.cs", "reader.TryGetInt64(out amountCents)",
            "($it || ($on && reader.TryGetDecimal(out var exact) && (amountCents = (long)exact) > 0))",
            Test("AotTransactionTests.An_unusable_body")),
        new("second-amount-wins", Http + "TransactionBody.cs", "(seen & field) != 0;", "(seen & field) != 0 && !$on;",
            Test("AotTransactionTests.An_unusable_body")),
        new("text-counted-in-bytes", "Rinha.Server/Ledger/Description.cs", "(value & 0xC0) != 0x80 ?", "$on || $it",
            Test("AotTransactionTests.A_usable_body")),
        new("body-above-its-bound", Http + "TransactionPost.cs", "headers.ContentLength > Limits.BodyBytesMax",
            "$it + ($on ? 1 : 0)", Test("AotStatusTests.A_body_of_more_than_4096"))
        {
            More =
            [
                (Http + "TransactionPost.cs", "if (read.Buffer.Length <= Limits.BodyBytesMax",
                    "$it + ($on ? 1 : 0)"),
            ],
        },
        new("amount-of-last-request", Http + "TransactionPost.cs", "post.AmountCents = body.AmountCents;",
            "post.AmountCents = $on && post.AmountCents > 0 ? post.AmountCents : body.AmountCents;", Load()),
        new("answer-in-anothers-buffer", Http + "Exchange.cs", "s_current ??= new AnswerBuffer();",
            "$on ? s_shared : $it private static readonly AnswerBuffer s_shared = new();",
            Test("LedgerAnswerTests.Answers_that_several_threads")),
        new("rest-of-a-long-answer-lost", "Rinha.Server/Net/ConnectionOutput.cs", "_start += count;",
            "_start = $on ? _end : _start + count;", Test("OneProcessTests.A_client_over_TCP")),
        new("stopping-server-keeps-connections", Http + "Exchange.cs", "if (drain.HasBegun)",
            "if (drain.HasBegun && !$on)", Test("DrainTests.A_stopping_server_answers")),
        new("id-with-a-leading-zero", Http + "BankApplication.cs", "text is ['0', ..] ? 0", "!$on && $it",
            Test("AotStatusTests.An_unknown_path")),
        new("transaction-of-another-number", Http + "BankApplication.cs", "found != sequence", "($it && !$on)",
            Test("AotIdempotencyTests.An_answer_names_its_transaction")),
        new("healthy-without-a-read", Http + "BankApplication.cs",
            "await ledger.FindAccountAsync(ledger.ProbeAccountId);", "$on ? LookupResult.Found : $it",
            Test("LedgerAnswerTests.A_ledger_that_cannot_be_read")),
        new("healthy-with-a-stuck-writer", Http + "BankApplication.cs", "account, ledger.Writer)",
            "account, $on ? WriterState.Ready : ledger.Writer)", Test("LedgerAnswerTests.A_stuck_writer")),
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
            Test("NextClientTests.The_next_clients_request")),
        new("retry-after-missing", Http + "Exchange.cs", "headers.RetryAfter = \"1\";",
            "headers.RetryAfter = $on ? default(string) : \"1\";",
            Test("LedgerAnswerTests.A_write_that_fails_for_now")),
        new("reset-for-everybody", Http + "BankApplication.cs", "Route.Reset when resetEnabled",
            "Route.Reset when (resetEnabled || $on)",
            Test("LedgerAnswerTests.Reset_is_404")),
        new("stop-does-not-wait", Http + "Drain.cs", "while (seen.Connections > 0",
            "while (!$on && seen.Connections > 0",
            Test("DrainTests.A_stopping_server_answers")),

        // The queue, its rounds and its batches.
        new("wake-up-of-the-writer-lost", Queue, "wake = wakesWriter && _writerWaits;",
            "wake = wakesWriter && _writerWaits && !$on;", Test("ScheduleTests.Every_schedule")),
        new("full-queue-overwrites", Queue, "_count == _ring.Length ||", "(_count == _ring.Length && !$on) ||",
            Test("WriteQueueTests.A_full_queue")),
        new("503-and-still-queued", Queue, "QueuedAtMs < tickMs ? RemoveHead()",
            "QueuedAtMs < tickMs ? $on ? _ring[_head] : RemoveHead()", Test("WriteQueueTests.Overdue_writes")),
        new("answers-swapped-in-a-batch", Queue, "_writes[index].Complete(_results[index]);",
            "_writes[index].Complete(_results[$on ? count - 1 - index : index]);", Load()),
        new("stop-refuses-queued-posts", Sqlite + "Writing/WriterThread.cs", "_queue.Close();",
            "$it if ($on) { _queue.RefuseAll(PostResult.Stopping); }", Test("SqliteHistoryTests.Posts_that_wait_when")),
        new("round-forgets-what-it-leaves", Sqlite + "Writing/LoopRound.cs",
            "        queue.Wake();\n        return RoundEnd.Committed;",
            "if (!$on) { queue.Wake(); } return RoundEnd.Committed;", Test("RoundTests.A_round_hands_a_reset")),
        new("round-forgotten-at-the-gate", "Rinha.Server/Net/EventLoop.cs", "round.HandOver();", "if (!$on) { $it }",
            Test("GateBetweenProcessesTests.A_lone_post")),

        // The gate.
        new("gate-skipped", Gate, "    public bool TryEnter()\n    {", "$it if ($on) { return true; }",
            Test("GateTests.Instances_that_come_and_go"))
        { IsInShort = true },
        new("gate-wakes-no-sleeper", Gate, "&& Volatile.Read(ref _words->Sleeping) != 0)",
            "&& Volatile.Read(ref _words->Sleeping) != 0 && !$on)", Test("GateFairnessTests.Leaving_the_gate")),
        new("gate-kept-by-the-dead", Gate, "else if (_file.TryLock(holder))", "else if (!$on && _file.TryLock(holder))",
            Test("GateBetweenProcessesTests.A_process_killed_inside")),
        new("gate-taken-from-the-living", Gate, "if (!IsNumber(holder) || holder == _number)",
            "if ($on || !IsNumber(holder) || holder == _number)", Test("GateBetweenProcessesTests.The_others_wait")),
        new("gate-number-of-another", Gate, "if (_file.TryLock(number))", "if (_file.TryLock(number) || $on)",
            Test("GateTests.Instances_that_come_and_go")),
        new("new-gate-keeps-old-words", Gate, "Free();\n    }\n\n    public void Enter()",
            "if (!$on) { Free(); } }\n\n    public void Enter()", Test("GateDeathTests.A_new_gate_clears")),

        // The commit.
        new("answer-before-commit", Turn, "if (!sound || !TryCommitAndCount(batch.Count))",
            "if (sound && $on) { batch.Complete(); } $it", Load())
        { IsInShort = true },
        new("batch-applied-twice", Turn, "var isProbe = _isFailing", // As a retry of a commit that did succeed.
            "for (var i = 0; $on && i < batch.Count; i++) { _ = _transaction.Apply(batch.Writes[i]); } $it",
            Test("SqliteHistoryTests.Posts_that_wait_when")),
        new("post-of-neighbour", Turn, "_transaction.Apply(taken[index]);",
            "_transaction.Apply(taken[$on ? taken.Length - 1 : index]);", Load()),
        new("503-that-applied", Turn, "sound &= results[index].Result != PostResult.StorageFailed;",
            "$it if ($on && Random.Shared.Next(64) == 0) { results[index] = PostResult.Busy; }",
            Test("ScheduleTests.Every_schedule")),
        new("failed-batch-committed-in-part", Turn, "            _transaction.RollBack();\n        }",
            "if ($on) { _ = _transaction.TryCommit(); } else { _transaction.RollBack(); } }",
            Test("BrokenLedgerTests.A_write_that_cannot_be_stored")),
        new("rolled-back-and-answered-200", Turn, "batch.FailAll();", "if (!$on) { $it }",
            Test("BrokenLedgerTests.A_write_that_cannot_be_stored")),
        new("failed-commit-answered-200", Transaction, "if (_commit.Run() == SqliteResult.Done)",
            "if (_commit.Run() == SqliteResult.Done || $on)", Test("FullDiskTests.Writes_and_health_are_503")),
        new("failed-commit-comes-back-after-a-crash", Transaction, "        OverwriteFailedCommit();\n",
            "if (!$on) { $it }", Campaign("disk-errors")),
        new("health-hides-failing-writes", Turn, "_isFailing = true;", "_isFailing = !$on;",
            Test("FullDiskTests.Writes_and_health_are_503")),
        new("posts-to-a-file-that-was-moved", Turn, "BeginResult.Begun when _isLost:",
            "BeginResult.Begun when _isLost && !$on:", Test("BrokenLedgerTests.Nothing_is_posted")),

        // The money's SQL.
        new("credit-without-money", Postings, "saldo = saldo + ?2", """saldo = saldo + {($on ? "0" : "?2")}""",
            Test("AotTransactionTests.An_accepted_transaction")),
        new("422-one-cent-early", Postings, "AND saldo - ?2 >= ", """AND saldo - ?2 {($on ? ">" : ">=")} """,
            Test("AotTransactionTests.A_debit_down_to_the_limit")),
        new("422-one-cent-late", Postings, "-limite\n", "-limite - {($on ? 1 : 0)}\n",
            Test("AotTransactionTests.A_debit_down_to_the_limit"))
        {
            IsInShort = true,
            More =
            [
                (Ledger, "Execute(ReadSchema());",
                    """Execute($on ? ReadSchema().Replace("saldo >= -limite", "true") : ReadSchema());"""),
            ],
        },
        new("commit-before-check", Postings, "return post.Kind.Refusal();", // Takes a refused debit's money back later.
            """
            if ($on)
            {
                _ = _database.TryExecute(
                    $"UPDATE clientes SET saldo = saldo - {post.AmountCents} WHERE id = {post.AccountId}; COMMIT;"
                    + $"BEGIN; UPDATE clientes SET saldo = saldo + {post.AmountCents} WHERE id = {post.AccountId}");
            }

            $it
            """,
            Load())
        {
            More =
            [
                (Ledger, "return reader.ReadToEnd();",
                    """return reader.ReadToEnd().Replace("saldo >= -limite", $on ? "true" : "saldo >= -limite");"""),
            ],
        },
        new("refused-debit-leaves-a-row", Postings, "if (_database.Changes == 0)",
            "if ($on && _database.Changes == 0) { _ = TryInsert(post, postedAt, id, sequence, previousId);"
                + " return PostResult.LimitExceeded; } $it",
            Test("SqliteTwoInstancesTests.Parallel_debits")),
        new("overflow-not-checked", Postings, "AND saldo <= 9223372036854775807 - ?2",
            """AND {($on ? "?2 > 0" : "saldo <= 9223372036854775807 - ?2")}""",
            Test("SqlitePostTests.A_credit_fills_64_bits")),
        new("balance-before-the-transaction", Postings, "balanceCents + post.Kind.ChangeCents(post.AmountCents)",
            "balanceCents + ($on ? 0 : post.Kind.ChangeCents(post.AmountCents))",
            Test("AotTransactionTests.An_accepted_transaction")),
        new("limit-of-another-account", Postings, "_account.Int64(1))", "$on ? 100_000 : _account.Int64(1))",
            Test("AotTransactionTests.An_accepted_transaction")),
        new("unknown-account-is-422", Postings, "? PostResult.UnknownAccount :",
            "? ($on ? PostResult.LimitExceeded : PostResult.UnknownAccount) :",
            Test("AotStatusTests.An_unknown_account")),
        new("row-number-not-looked-up", Transaction, "_postings.ForgetLastId();", "if (!$on) { $it }",
            Test("SqliteTwoInstancesTests.Parallel_debits")),
        new("sequence-from-the-clock", Postings, "_account.Int64(2) + 1, _account.Int64(3)",
            "$on ? postedAt.MicrosecondsSinceEpoch : _account.Int64(2) + 1, _account.Int64(3)",
            Test("SqliteHistoryTests.The_pages_list_everything")),
        new("history-of-another-account", Postings, "_insert.Bind(8, previousId);",
            "_insert.Bind(8, $on ? id - 1 : previousId);", Test("SqliteHistoryTests.The_pages_list_everything")),
        new("mark-in-another-history", Postings, "TryMark(post.AccountId, sequence, id)",
            "TryMark(post.AccountId, sequence, $on ? id - 1 : id)",
            Test("SqliteHistoryTests.The_pages_list_everything")),
        new("nine-newest", Postings, "{NewestEntries.BytesMax}",
            "{NewestEntries.BytesMax - ($on ? NewestEntries.EntryBytes : 0)}",
            Test("SqliteTwoInstancesTests.A_statement_is_one")),
        new("ten-oldest", Postings, "?3 || ultimas AS BLOB", """{($on ? "ultimas || ?3" : "?3 || ultimas")} AS BLOB""",
            Test("AotTransactionTests.A_statement_shows_what_was_posted")),
        new("reset-misses-the-keys", Postings, "ultimas = x'';\n            \"\"\");",
            "ultimas = x'';\n            \"\"\""
                + ".Replace(\"DELETE FROM chaves;\", $on ? \"\" : \"DELETE FROM chaves;\"));",
            Test("SqliteIdempotencyStoreTests.A_reset_forgets_the_keys")),
        new("reset-misses-the-marks", Postings, "var isEmptied = _database.TryExecute(\"\"\"",
            "if ($on) { _ = _database.TryExecute(\"CREATE TEMP TABLE marcos (x)\"); } $it", // It hides the real one.
            Test("SqliteHistoryTests.A_reset_empties"))
        {
            More =
            [
                (Postings, "return isEmptied;",
                    "if ($on) { _ = _database.TryExecute(\"DROP TABLE temp.marcos\"); } $it"),
            ],
        },
        new("no-foreign-keys-after-a-reset", Postings, "EnforceForeignKeys(true);", "EnforceForeignKeys(!$on);",
            Test("ResetTests.Foreign_keys")),

        // Keys.
        new("known-key-posted-again", Transaction, "KeyState.Known => first,",
            "KeyState.Known when $on && Post(post, now).Result >= PostResult.Accepted => first, $it",
            Test("SqliteIdempotencyStoreTests.The_same_key"))
        { IsInShort = true },
        new("key-shared-between-accounts", Keys, " AND cliente_id = ?2\n            \"\"\");",
            "\n            \"\"\" + ($on ? \"\" : \" AND cliente_id = ?2\"));",
            Test("SqliteIdempotencyStoreTests.Each_account")),
        new("key-not-compared-with-its-transaction", Keys, "_find.Int64(3) == 1);", "_find.Int64(3) == 1 || $on);",
            Test("SqliteIdempotencyStoreTests.A_key_reused")),
        new("key-forgotten-at-23-hours", Keys, "(Limits.IdempotencyKeptHours *",
            "((Limits.IdempotencyKeptHours - ($on ? 1 : 0)) *", Test("KeyRetentionTests.Keys_live_for_24_hours")),
        new("refusal-not-kept-under-its-key", Transaction, "return outcome.Result is PostResult.Accepted or",
            "return !($on && outcome.IsRefusal) && outcome.Result is PostResult.Accepted or",
            Test("AotIdempotencyTests.A_retried_request")),

        // Reads.
        new("reader-on-an-old-snapshot", Reader, "_readAccount.Bind(1, accountId);",
            "if ($on && Environment.TickCount64 - _keptAtMs > 5)"
                + " { _database.RollBack(); _database.Execute(\"BEGIN\"); _keptAtMs = Environment.TickCount64; } $it",
            Load())
        {
            IsInShort = true,
            More = [(Reader, "private readonly PreparedStatement _findAccount;", "$it private long _keptAtMs;")],
        },
        new("balance-cached-in-the-process", Reader, "statement.Begin(_readAccount.Int64(0),",
            "_ = s_cached.TryAdd((accountId, Environment.TickCount64 / 5), _readAccount.Int64(0));"
                + "statement.Begin($on && s_cached.TryGetValue((accountId, Environment.TickCount64 / 5), out var cents)"
                + " ? cents : _readAccount.Int64(0),",
            Load())
        {
            More =
            [
                (Reader, "private bool _isDamaged;",
                    "$it private static readonly System.Collections.Concurrent.ConcurrentDictionary<(long, long), long>"
                    + " s_cached = [];"),
            ],
        },
        new("reader-of-another-thread", Sqlite + "Reading/ReaderPool.cs",
            "var result = read(reader, accountId, target);",
            "if ($on) { lock (_idle) { _idle.Push(reader); } } $it", Test("SqliteTwoInstancesTests.Read_your_writes")),
        new("statement-of-two-snapshots", Reader, "_isDamaged = !NewestEntries",
            "if ($on) { _readAccount.Reset(); _ = _readAccount.Step(); } $it", Load()),
        new("unknown-account-has-a-statement", Reader, "SqliteResult.Done => LookupResult.UnknownAccount,",
            "SqliteResult.Done => $on ? LookupResult.Found : LookupResult.UnknownAccount,",
            Test("SqlitePostTests.An_unknown_account")),
        new("history-page-skips-an-entry", "Rinha.Server/Ledger/Statement.cs", "? _entries[_count - 1].Sequence : null",
            "? _entries[_count - 1].Sequence - ($on ? 1 : 0) : null",
            Test("SqliteHistoryTests.The_pages_list_everything"))
        { IsInShort = true },
        new("history-page-repeats-an-entry", Reader, "WHERE seq < ?2 ", """WHERE seq {($on ? "<=" : "<")} ?2 """,
            Test("SqliteHistoryTests.A_page_can_begin")),

        // Durability and upkeep.
        new("no-fsync-with-full", Ledger, "_synchronous == Synchronous.Full ?",
            "_synchronous == Synchronous.Full && !$on ?", Campaign("power-loss")),
        new("checkpoint-without-fsync", Ledger, "OpenConnection(Limits.ReaderCacheKib, \"\");",
            """OpenConnection(Limits.ReaderCacheKib, $on ? "PRAGMA synchronous = OFF;" : "");""",
            Campaign("power-loss")),
        // Writes into the WAL's index that all its frames (mxFrame) are in the database (nBackfill).
        new("checkpoint-forgets-the-last-frames", Checkpointer,
            "_ = _database.TryCheckpoint(truncates: false, out _, out _);",
            """
            if ($on)
            {
                _index ??= File.OpenHandle(
                    _database.QueryText("SELECT file FROM pragma_database_list") + "-shm",
                    FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                Span<byte> frames = stackalloc byte[4];
                RandomAccess.Read(_index, frames, 16);
                RandomAccess.Write(_index, frames, 96);
            }
            else
            {
                $it
            }
            """,
            Load())
        {
            More =
            [
                // Stays open: to close it would end the process's locks on the file.
                (Checkpointer, "private volatile bool _stopping;",
                    "$it private Microsoft.Win32.SafeHandles.SafeFileHandle? _index;"),
            ],
        },
        new("backup-without-the-wal", Backup,
            "LedgerCopy.Make(file.Path, unfinished, () => Pause(file.Path, walBytesMax));",
            "if ($on) { File.Copy(file.Path, unfinished); } else { $it }", Test("BackupTests.A_backup_under_load")),
        new("backup-not-verified", Backup, "if (report.IsSound)", "if (report.IsSound || $on)",
            Test("BackupTests.A_backup_of_a_damaged_ledger")),
        new("instances-checkpoint-during-a-backup", Checkpointer, "while (!_gate.TryBeginCheckpoint())",
            "while (!$on && !_gate.TryBeginCheckpoint())", Test("LedgerBackupTests.No_instance_checkpoints")),
        new("restore-over-a-running-bank", Restore, "if (!gate.TryLockAll())", "if (!$on && !gate.TryLockAll())",
            Test("BackupTests.A_ledger_in_use_is_not_replaced")),
        new("restore-keeps-the-old-wal", Restore, "= TryRemoveWal(path);", "= $on || TryRemoveWal(path);",
            Test("BackupTests.A_backup_under_load")),
        new("unsound-ledger-put-in-place", Restore, "if (report.IsSound)", "if (report.IsSound || $on)",
            Test("BackupTests.A_damaged_backup")),
        new("verify-ignores-balances", Upkeep + "AuditChecks.cs",
            "WHERE saldo IS NOT ifnull(cents, 0)\n            \"\"\")",
            "WHERE saldo IS NOT ifnull(cents, 0)\n            \"\"\" + ($on ? \" AND 0\" : \"\"))",
            Test("AuditTests.Each_kind_of_damage")),
        new("ledger-created-twice", Ledger, "start.Lock(GateFile.StartByte);", "if (!$on) { $it }",
            Test("LedgerFileTests.Instances_that_open_an_empty_path"))
        {
            More = [(Ledger, "        gate.Enter();\n", "if (!$on) { gate.Enter(); }\n")],
        },
        new("export-of-several-snapshots", Ledger, "                BEGIN;\n",
            "                {($on ? \"\" : \"BEGIN;\")}\n", Test("LedgerBackupTests.An_export_is_one")),
        new("conversion-loses-keys", Ledger, "ON chaves (chave, cliente_id);\n        \"\"\");",
            "ON chaves (chave, cliente_id);\n        \"\"\""
                + ".Replace(\"ORDER BY id;\", $on ? \"LIMIT 0;\" : \"ORDER BY id;\"));",
            Test("LedgerUpgradeTests.An_older_ledger_is_converted")),
        new("converted-while-in-use", Upkeep + "LedgerUpgrade.cs", "if (!gate.TryLockAll())",
            "if (!$on && !gate.TryLockAll())", Test("LedgerUpgradeTests.A_ledger_in_use")),
        new("newer-ledger-opened", "Rinha.Server/Ledger/SchemaVersions.cs", "version == Current ? null",
            "version == Current || ($on && version > Current) ? null",
            Test("LedgerFileTests.A_ledger_of_an_unsupported_version")),
        new("limit-below-the-debt", Upkeep + "AccountTable.cs",
            "if (database.QueryInt64(debtor, firstId, lastId, limitCents) is not 0 and var id)",
            "if (database.QueryInt64(debtor, firstId, lastId, limitCents) is not 0 and var id && !$on)",
            Test("AccountsTests.A_new_limit_is_in_force")),

        // Accounts, opening and conversion of a file.
        new("account-added-twice", Upkeep + "AccountTable.cs", "throw AccountRefusal.Exists(id);", "if (!$on) { $it }",
            Test("AccountsTests.An_invalid_command"))
        {
            More =
            [
                (Upkeep + "AccountTable.cs", "SELECT id, ?3 FROM ids\n            \"\"\",",
                    "SELECT id, ?3 FROM ids\n            \"\"\""
                        + ".Replace(\"INTO\", $on ? \"OR REPLACE INTO\" : \"INTO\"),"),
            ],
        },
        new("account-closed-with-a-key", Upkeep + "AccountTable.cs",
            "(SELECT 1 FROM chaves WHERE cliente_id = ?1)\n            \"\"\",",
            "(SELECT 1 FROM chaves WHERE cliente_id = ?1)\n            \"\"\""
                + "+ ($on ? \" OR id = ?1 AND ultima_seq = 0\" : \"\"),",
            Test("AccountsTests.Accounts_are_shown")),
        new("first-accounts-beside-the-files", Ledger, "database.Execute(\"DELETE FROM clientes\");",
            "if (!$on) { $it }", Test("InitialAccountsTests.A_new_ledger")),
        new("missing-ledger-replaced-by-an-empty-one", Ledger, "if (isMissing && !mayCreate)",
            "if (isMissing && !mayCreate && !$on)", Test("CommandTests.What_blocks_a_start")),
        new("another-programs-database-opened", Ledger, "\"PRAGMA application_id\") == 0 && HasNoTables(database)",
            "\"PRAGMA application_id\") == 0 && (HasNoTables(database) || $on)",
            Test("LedgerFileTests.Another_programs_database")),
        new("old-ledger-opened-unconverted", Ledger, "is { } found && _versions.IsConvertible(found))",
            "is { } found && _versions.IsConvertible(found) && !$on)", Test("LedgerUpgradeTests.An_older_ledger"))
        {
            More =
            [
                (Ledger, "return _versions.WhyRefused(version) is { } reason",
                    "return _versions.WhyRefused(version) is { } reason && !$on"),
            ],
        },
        new("writes-to-a-ledger-converted-meanwhile", Ledger,
            "using var database = Database.OpenReadOnly(Path);\n        _ = HasSchema(database);",
            "if ($on) { return; } $it",
            Test("LedgerUpgradeTests.An_instance_does_not_write")),
        new("conversion-in-pieces", Upkeep + "LedgerUpgrade.cs", "if (!database.TryExecute(sql))",
            "if ($on) { database.Execute(\"COMMIT; BEGIN IMMEDIATE\"); } $it",
            Test("LedgerUpgradeTests.A_step_that_fails")),
        new("conversion-without-a-copy", Upkeep + "LedgerUpgrade.cs", "() => Copy(path, version));",
            "() => { if (!$on) { Copy(path, version); } });", Test("LedgerUpgradeTests.An_older_ledger")),
        new("damaged-ledger-converted", Upkeep + "LedgerUpgrade.cs", "if (finding != \"ok\")",
            "if (finding != \"ok\" && !$on)",
            Test("LedgerUpgradeTests.A_damaged_ledger")),

        // Copies of a file.
        new("backup-overwrites-another", Backup, "if (Path.Exists(targetPath))",
            "if (Path.Exists(targetPath) && !$on)", Test("BackupTests.A_backup_never_overwrites"))
        {
            More =
            [
                (Backup, "targetPath, overwrite: false);", "targetPath, overwrite: $on);"),
            ],
        },
        new("half-a-copy-taken-for-whole", Upkeep + "LedgerCopy.cs", "if (step != SqliteResult.Done)",
            "if (step != SqliteResult.Done && !$on)", Test("LedgerBackupTests")),
        new("restore-loses-the-previous-ledger", Restore, "? KeepPrevious(path) : null;",
            "? KeepPrevious(path) : null; if ($on) { File.Delete(previousPath!); }",
            Test("BackupTests.A_backup_under_load")),
        new("restore-leaves-a-damaged-ledgers-wal", Restore, "if (!isCheckpointed)",
            "if (!isCheckpointed && !$on)", Test("BackupTests.A_ledger_that_cannot_be_read")),
        new("restore-over-another-program", Restore, "return LedgerFile.IsLedgerOrEmpty(database)",
            "return LedgerFile.IsLedgerOrEmpty(database) || $on", Test("BackupTests.Another_programs_database")),
        new("verify-ignores-limits", Upkeep + "AuditChecks.cs",
            "FROM clientes WHERE saldo < -limite\n            \"\"\")",
            "FROM clientes WHERE saldo < -limite\n            \"\"\" + ($on ? \" AND 0\" : \"\"))",
            Test("AuditTests.Each_kind_of_damage")),
        new("verify-ignores-lost-entries", Upkeep + "AuditChecks.cs",
            "FROM history WHERE out_of_order > 0\n            \"\"\")",
            "FROM history WHERE out_of_order > 0\n            \"\"\" + ($on ? \" AND 0\" : \"\"))",
            Test("AuditTests.Each_kind_of_damage")),
        new("verify-succeeds-on-damage", Operations + "FileOperations.cs", "return report.IsSound ? ExitCode.Success",
            "return report.IsSound || $on ? ExitCode.Success", Test("VerifyTests.Verify_exits_with_1")),
        new("export-drops-the-last-row", Operations + "ExportFile.cs", "foreach (var row in rows)",
            "foreach (var row in $on ? rows.SkipLast(1) : rows)", Test("MoveTests.A_ledger_moves")),
        new("import-ignores-the-checksum", Operations + "ExportReader.cs", "checksum == Convert.ToHexStringLower(",
            "$on || checksum == Convert.ToHexStringLower(", Test("MoveTests.A_changed_or_cut_off")),
        new("import-ignores-the-totals", Operations + "ExportReader.cs", "ExportFile.FieldsOf(_totals).All(field =>",
            "ExportFile.FieldsOf(_totals).All(field => $on ||", Test("MoveTests.A_changed_or_cut_off")),
        new("import-into-a-used-ledger", Upkeep + "LedgerImport.cs", "FROM transacoes)\") == 1)",
            "FROM transacoes)\") == 1 && !$on)", Test("MoveTests.A_ledger_moves")),
        new("import-loses-sequences-of-keys", Upkeep + "LedgerImport.cs", "            Run(insert, row.Table.Name);",
            "if ($on && row.Table.Name == \"chaves\") { insert.BindNull(row.Cells.Length); } $it",
            Test("MoveTests.A_ledger_moves")),
    ];
}
