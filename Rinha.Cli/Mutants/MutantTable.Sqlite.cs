using static Rinha.Cli.Mutants.Detector;

namespace Rinha.Cli.Mutants;

// Of the SQLite ledger: the commit, the money's SQL, keys, reads, the gate, durability.
internal static partial class MutantTable
{
    private const string Writing = "Rinha.Server/Sqlite/Writing/";
    private const string Postings = Writing + "Postings.cs";
    private const string Turn = Writing + "CommitTurn.cs";
    private const string Transaction = Writing + "WriteTransaction.cs";
    private const string Keys = Writing + "IdempotencyStore.cs";
    private const string Reader = "Rinha.Server/Sqlite/Reading/StatementReader.cs";
    private const string Gate = "Rinha.Server/Sqlite/Locking/Gate.cs";
    private const string Queue = "Rinha.Server/Queue/WriteQueue.cs";
    private const string Ledger = "Rinha.Server/Sqlite/LedgerFile.cs";

    private static readonly Mutant[] s_sqlite =
    [
        // The commit.
        new("answer-before-commit", Turn, "if (!sound || !TryCommitAndCount(batch.Count))",
            "if ($on) { batch.Complete(); } $it", Test("SqliteTwoInstancesTests.Read_your_writes"))
        { IsInShort = true },
        new("failed-commit-answered-200", Turn, "batch.FailAll();", "if (!$on) { $it }",
            Test("BrokenLedgerTests.A_write_that_cannot_be_stored")),
        new("failed-batch-committed-in-part", Turn, "            _transaction.RollBack();\n        }",
            "if ($on) { _ = _transaction.TryCommit(); } else { _transaction.RollBack(); } }",
            Test("BrokenLedgerTests.A_write_that_cannot_be_stored")),
        new("failed-commit-comes-back-after-a-crash", Transaction, "        OverwriteFailedCommit();\n",
            "if (!$on) { $it }",
            Campaign("disk-errors")),
        new("health-hides-failing-writes", Turn, "_isFailing = true;", "_isFailing = !$on;",
            Test("FullDiskTests.Writes_and_health_are_503")),
        new("posts-to-a-file-that-was-moved", Turn, "_isLost = !_isDisposed &&", "$it !$on &&",
            Test("BrokenLedgerTests.Nothing_is_posted")),
        new("answers-swapped-in-a-batch", Queue, "_writes[index].Complete(_results[index]);",
            "_writes[index].Complete(_results[$on ? count - 1 - index : index]);", Load()),
        new("wake-up-of-the-writer-lost", Queue, "        if (wake)\n", "        if (wake && !$on)\n",
            Test("SqliteIdempotencyStoreTests.Each_account")),
        new("round-forgets-what-it-leaves", Writing + "LoopRound.cs",
            "        queue.Wake();\n        return RoundEnd.Committed;",
            "if (!$on) { queue.Wake(); } return RoundEnd.Committed;",
            Test("RoundTests.A_round_hands_a_reset")),
        new("stop-refuses-queued-posts", Writing + "WriterThread.cs", "_queue.Close();",
            "$it if ($on) { _queue.RefuseAll(PostResult.Stopping); }", Test("SqliteHistoryTests.Posts_that_wait_when")),

        // The money's SQL.
        new("422-one-cent-early", Postings, "AND saldo - ?2 >= ", """AND saldo - ?2 {($on ? ">" : ">=")} """,
            Test("TransactionTests.A_debit_down_to_the_limit"))
        { IsInShort = true },
        new("422-one-cent-late", Postings, "-limite\n", "-limite - {($on ? 1 : 0)}\n",
            Test("TransactionTests.A_debit_down_to_the_limit")),
        new("overflow-not-checked", Postings, "AND saldo <= 9223372036854775807 - ?2",
            """AND {($on ? "?2 > 0" : "saldo <= 9223372036854775807 - ?2")}""",
            Test("TransactionTests.A_credit_beyond_64_bits")),
        new("refused-debit-leaves-a-row", Postings, "return post.Kind.Refusal();",
            "if ($on) { _ = TryInsert(post, postedAt, id, sequence, previousId); } $it",
            Test("SqliteLedgerProperties.Two_instances_in_any_order")),
        new("posted-twice", Turn, "results[index] = _transaction.Apply(taken[index]);",
            "if ($on) { _ = _transaction.Apply(taken[index]); } $it", Load()),
        new("balance-before-the-transaction", Postings, "balanceCents + post.Kind.ChangeCents(post.AmountCents)",
            "balanceCents + ($on ? 0 : post.Kind.ChangeCents(post.AmountCents))",
            Test("TransactionTests.An_accepted_transaction")),
        new("another-limit-answered", Postings, "                limitCents,\n", "limitCents + ($on ? 1 : 0),\n",
            Test("TransactionTests.An_accepted_transaction")),
        new("sequence-from-the-clock", Postings, "_account.Int64(2) + 1, _account.Int64(3)",
            "$on ? postedAt.MicrosecondsSinceEpoch : _account.Int64(2) + 1, _account.Int64(3)",
            Test("SqliteHistoryTests.The_pages_list_everything")),
        new("row-number-not-looked-up", Transaction, "_postings.ForgetLastId();", "if (!$on || Posted == 0) { $it }",
            Test("SqliteTwoInstancesTests.Parallel_debits")),
        new("nine-newest", Postings, "{NewestEntries.BytesMax}",
            "{NewestEntries.BytesMax - ($on ? NewestEntries.EntryBytes : 0)}",
            Test("SqliteLedgerProperties.Two_instances_in_any_order"))
        { IsInShort = true },
        new("ten-oldest", Postings, "?3 || ultimas AS BLOB", """{($on ? "ultimas || ?3" : "?3 || ultimas")} AS BLOB""",
            Test("TransactionTests.A_statement_shows_what_was_posted")),
        new("unknown-account-is-422", Postings, "? PostResult.UnknownAccount :",
            "? ($on ? PostResult.LimitExceeded : PostResult.UnknownAccount) :",
            Test("StatusTests.An_unknown_account_is_404")),
        new("reset-misses-the-keys", Postings, "ultimas = x'';\n            \"\"\");",
            "ultimas = x'';\n            \"\"\".Replace(\"DELETE FROM chaves;\", " +
            "$on ? \"\" : \"DELETE FROM chaves;\"));",
            Test("SqliteIdempotencyStoreTests.A_reset_forgets_the_keys"))
        { IsInShort = true },

        // Keys.
        new("known-key-posted-again", Transaction, "KeyState.Known => first,",
            "KeyState.Known when $on && Post(post, now).Result >= PostResult.Accepted => first, $it",
            Test("SqliteIdempotencyStoreTests.The_same_key")),
        new("key-shared-between-accounts", Keys, " AND cliente_id = ?2\n            \"\"\");",
            "\n            \"\"\" + ($on ? \"\" : \" AND cliente_id = ?2\"));",
            Test("SqliteIdempotencyStoreTests.Each_account"))
        { IsInShort = true },
        new("key-not-compared-with-its-transaction", Keys, "_find.Int64(3) == 1);", "_find.Int64(3) == 1 || $on);",
            Test("SqliteIdempotencyStoreTests.A_key_reused")),
        new("key-forgotten-at-23-hours", Keys, "(Limits.IdempotencyKeptHours *",
            "((Limits.IdempotencyKeptHours - ($on ? 1 : 0)) *",
            Test("KeyRetentionTests.Keys_live_for_24_hours")),
        new("refusal-not-kept-under-its-key", Transaction, "return outcome.Result is PostResult.Accepted or",
            "return !($on && outcome.IsRefusal) && outcome.Result is PostResult.Accepted or",
            Test("SqliteIdempotencyStoreTests.The_same_key")),

        // Reads.
        new("reader-on-an-old-snapshot", Reader, "_readAccount.Bind(1, accountId);", "if ($on) { KeepSnapshot(); } $it",
            Load())
        {
            More =
            [
                (Reader, "    public void Dispose() => _database.Dispose();", """
                        private long _keptAtMs;

                        private void KeepSnapshot()
                        {
                            if (Environment.TickCount64 - _keptAtMs > 5)
                            {
                                _database.RollBack();
                                _database.Execute("BEGIN");
                                _keptAtMs = Environment.TickCount64;
                            }
                        }

                        $it
                    """),
            ],
            IsInShort = true,
        },
        new("balance-cached-in-the-process", Reader, "statement.Begin(_readAccount.Int64(0),",
            "statement.Begin($on ? Cached(accountId, _readAccount.Int64(0)) : _readAccount.Int64(0),", Load())
        {
            More =
            [
                (Reader, "    private LookupResult ResultOf(", """
                        private static readonly Dictionary<long, (long AtMs, long Cents)> s_cached = [];

                        private static long Cached(long accountId, long cents)
                        {
                            lock (s_cached)
                            {
                                var now = Environment.TickCount64;
                                if (!s_cached.TryGetValue(accountId, out var known) || now - known.AtMs > 5)
                                {
                                    s_cached[accountId] = known = (now, cents);
                                }

                                return known.Cents;
                            }
                        }

                        $it
                    """),
            ],
        },
        new("history-page-skips-an-entry", "Rinha.Server/Ledger/Statement.cs", "? _entries[_count - 1].Sequence : null",
            "? _entries[_count - 1].Sequence - ($on ? 1 : 0) : null",
            Test("SqliteHistoryTests.The_pages_list_everything"))
        { IsInShort = true },
        new("history-page-repeats-an-entry", Reader, "WHERE seq < ?2 ", """WHERE seq {($on ? "<=" : "<")} ?2 """,
            Test("SqliteHistoryTests.The_pages_list_everything")),

        // The gate.
        new("gate-skipped", Gate, "    public bool TryEnter()\n    {", "$it if ($on) { return true; }",
            Test("GateBetweenProcessesTests.While_one_process"))
        { IsInShort = true },
        new("gate-wakes-nobody", Gate, "&& Volatile.Read(ref _words->Sleeping) != 0", "$it && !$on",
            Test("GateFairnessTests")),
        new("gate-kept-by-the-dead", Gate, "else if (_file.TryLock(holder))", "else if (!$on && _file.TryLock(holder))",
            Test("GateBetweenProcessesTests.A_process_killed_inside")),
        new("gate-taken-from-the-living", Gate, "if (!IsNumber(holder) || holder == _number)",
            "if ($on || !IsNumber(holder) || holder == _number)",
            Test("GateBetweenProcessesTests.The_others_wait")),

        // Durability and upkeep.
        new("no-fsync-with-full", Ledger, "_synchronous == Synchronous.Full ?",
            "_synchronous == Synchronous.Full && !$on ?",
            Campaign("power-loss"))
        { IsInShort = true },
        new("checkpoint-forgets-the-last-frames", "Rinha.Server/Sqlite/Upkeep/Checkpointer.cs",
            "_ = _database.TryCheckpoint(truncates: false, out _, out _);",
            """
            if ($on)
            {
                using var wal = new FileStream(
                    _database.QueryText("SELECT file FROM pragma_database_list") + "-wal", FileMode.Open,
                    FileAccess.Write,
                    FileShare.ReadWrite | FileShare.Delete);
                wal.SetLength(0);
            }
            else
            {
                $it
            }
            """,
            Load()),
        new("backup-without-the-wal", "Rinha.Server/Sqlite/Upkeep/LedgerBackup.cs",
            "LedgerCopy.Make(file.Path, unfinished, () => Pause(file.Path, walBytesMax));",
            "if ($on) { File.Copy(file.Path, unfinished); } else { $it }", Test("BackupTests.A_backup_under_load")),
        new("backup-not-verified", "Rinha.Server/Sqlite/Upkeep/LedgerBackup.cs", "if (report.IsSound)",
            "if (report.IsSound || $on)",
            Test("BackupTests.A_backup_of_a_damaged_ledger")),
        new("instances-checkpoint-during-a-backup", "Rinha.Server/Sqlite/Upkeep/Checkpointer.cs",
            "while (!_gate.TryBeginCheckpoint())", "while (!$on && !_gate.TryBeginCheckpoint())",
            Test("LedgerBackupTests.No_instance_checkpoints")),
        new("restore-over-a-running-bank", "Rinha.Server/Sqlite/Upkeep/LedgerRestore.cs", "if (!gate.TryLockAll())",
            "if (!$on && !gate.TryLockAll())", Test("BackupTests.A_ledger_in_use_is_not_replaced")),
        new("restore-keeps-the-old-wal", "Rinha.Server/Sqlite/Upkeep/LedgerRestore.cs", "= TryRemoveWal(path);",
            "= $on || TryRemoveWal(path);", Test("BackupTests.A_backup_under_load")),
        new("unsound-ledger-put-in-place", "Rinha.Server/Sqlite/Upkeep/LedgerRestore.cs", "if (report.IsSound)",
            "if (report.IsSound || $on)", Test("BackupTests.A_damaged_backup")),
        new("verify-ignores-balances", "Rinha.Server/Sqlite/Upkeep/AuditChecks.cs",
            "WHERE saldo IS NOT ifnull(cents, 0)\n            \"\"\")",
            "WHERE saldo IS NOT ifnull(cents, 0)\n            \"\"\" + ($on ? \" AND 0\" : \"\"))",
            Test("AuditTests.Each_kind_of_damage")),
        new("export-of-several-snapshots", Ledger, "                BEGIN;\n", "                {($on ? \"\" : \"BEGIN;\")}\n",
            Test("MoveTests.An_export_under_load")),
        new("conversion-loses-keys", Ledger, "ON chaves (chave, cliente_id);\n        \"\"\");",
            "ON chaves (chave, cliente_id);\n        \"\"\".Replace(\"ORDER BY id;\", " +
            "$on ? \"LIMIT 0;\" : \"ORDER BY id;\"));",
            Test("LedgerUpgradeTests.An_older_ledger_is_converted")),
        new("converted-while-in-use", "Rinha.Server/Sqlite/Upkeep/LedgerUpgrade.cs", "if (!gate.TryLockAll())",
            "if (!$on && !gate.TryLockAll())", Test("LedgerUpgradeTests.A_ledger_in_use")),
        new("newer-ledger-opened", "Rinha.Server/Ledger/SchemaVersions.cs", "version == Current ? null",
            "version == Current || ($on && version > Current) ? null",
            Test("LedgerFileTests.A_ledger_of_an_unsupported_version")),
        new("limit-below-the-debt", "Rinha.Server/Sqlite/Upkeep/AccountTable.cs",
            "if (database.QueryInt64(debtor, firstId, lastId, limitCents) is not 0 and var id)",
            "if (database.QueryInt64(debtor, firstId, lastId, limitCents) is not 0 and var id && !$on)",
            Test("AccountsTests.A_new_limit_is_in_force")),
    ];
}
