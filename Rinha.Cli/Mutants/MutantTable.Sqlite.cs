namespace Rinha.Cli.Mutants;

// The HTTP edge, the queue, the gate and the ledger in SQLite, in the order in which a request meets them.
internal static partial class MutantTable
{
    private const string Body = "Rinha.Server/Http/TransactionBody.cs";
    private const string Description = "Rinha.Server/Ledger/Description.cs";
    private const string Post = "Rinha.Server/Http/TransactionPost.cs";
    private const string Answer = "Rinha.Server/Http/Exchange.cs";
    private const string Application = "Rinha.Server/Http/BankApplication.cs";
    private const string Input = "Rinha.Server/Net/ConnectionInput.cs";
    private const string Queue = "Rinha.Server/Queue/WriteQueue.cs";
    private const string Writer = "Rinha.Server/Sqlite/Writing/WriterThread.cs";
    private const string Gate = "Rinha.Server/Sqlite/Locking/Gate.cs";
    private const string Turn = "Rinha.Server/Sqlite/Writing/CommitTurn.cs";
    private const string Commit = "Rinha.Server/Sqlite/Writing/WriteTransaction.cs";
    private const string Postings = "Rinha.Server/Sqlite/Writing/Postings.cs";
    private const string Keys = "Rinha.Server/Sqlite/Writing/IdempotencyStore.cs";
    private const string Newest = "Rinha.Server/Sqlite/NewestEntries.cs";
    private const string Reader = "Rinha.Server/Sqlite/Reading/StatementReader.cs";
    private const string LedgerFile = "Rinha.Server/Sqlite/LedgerFile.cs";
    private const string Checkpoint = "Rinha.Server/Sqlite/Upkeep/Checkpointer.cs";

    private static readonly Mutant[] s_sqlite =
    [
        // The HTTP edge.
        new(
            "amount-below-1", Body,
            "amountCents is >= 1 and <= Limits.AmountCentsMax;",
            """amountCents <= Limits.AmountCentsMax && (amountCents >= 1 || Mutants.Is("amount-below-1"));""",
            Detector.Test("AotTransactionTests.An_unusable_body")),
        new(
            "amount-truncated", Body,
            "reader.TryGetInt64(out amountCents)",
            """
            (reader.TryGetInt64(out amountCents)
                || (Mutants.Is("amount-truncated") && reader.TryGetDecimal(out var exact)
                    && (amountCents = (long)exact) > 0))
            """,
            Detector.Test("AotTransactionTests.An_unusable_body")),
        new(
            "second-amount-wins", Body,
            "duplicate |= (seen & field) != 0;",
            """duplicate |= (seen & field) != 0 && !Mutants.Is("second-amount-wins");""",
            Detector.Test("AotTransactionTests.An_unusable_body")),
        new(
            "text-of-11-characters", Description,
            "return count;",
            """return Mutants.Is("text-of-11-characters") ? count - 1 : count;""",
            Detector.Test("AotTransactionTests.An_unusable_body")),
        new(
            "text-counted-in-bytes", Description,
            "CountScalars(utf8) >",
            """(Mutants.Is("text-counted-in-bytes") ? utf8.Length : CountScalars(utf8)) >""",
            Detector.Test("AotTransactionTests.A_usable_body")),
        new(
            "body-above-its-bound", Post,
            "headers.ContentLength > Limits.BodyBytesMax",
            """headers.ContentLength > Limits.BodyBytesMax + (Mutants.Is("body-above-its-bound") ? 1 : 0)""",
            Detector.Test("AotStatusTests.A_body_of_more_than_4096"))
        {
            More =
            [
                (Post, "if (read.Buffer.Length <= Limits.BodyBytesMax)",
                    """if (read.Buffer.Length <= Limits.BodyBytesMax + (Mutants.Is("body-above-its-bound") ? 1 : 0))"""),
            ],
        },
        new(
            "amount-of-last-request", Post, // The connection keeps it.
            "post.AmountCents = body.AmountCents;",
            """
            post.AmountCents = Mutants.Is("amount-of-last-request") && post.AmountCents > 0
                ? post.AmountCents : body.AmountCents;
            """,
            Detector.Load()),
        new(
            "key-of-last-request", Post,
            "post.IdempotencyKey = key;",
            """post.IdempotencyKey = key ?? (Mutants.Is("key-of-last-request") ? post.IdempotencyKey : null);""",
            Detector.Test("AotIdempotencyTests.A_connection_forgets_the_key")),
        new(
            "rest-goes-to-next-client", Input, // Half a request of one client begins the next one's.
            "_isVacant = current.IsBetweenRequests",
            """_isVacant = Mutants.Is("rest-goes-to-next-client") || current.IsBetweenRequests""",
            Detector.Test("NextClientTests.Only_what_is_between")),
        new(
            "request-after-faulty-framing", Application,
            "if (context.HasFaultyFraming)",
            """if (context.HasFaultyFraming && !Mutants.Is("request-after-faulty-framing"))""",
            Detector.Test("AotFramingTests.Nothing_after_an_HTTP_1_0")),
        new(
            "id-with-a-leading-zero", Application,
            "text is ['0', ..] ? 0",
            """text is ['0', ..] && !Mutants.Is("id-with-a-leading-zero") ? 0""",
            Detector.Test("AotStatusTests.An_unknown_path")),
        new(
            "unknown-account-is-422", "Rinha.Server/Http/Problem.cs",
            "PostResult.UnknownAccount => UnknownAccount,",
            """PostResult.UnknownAccount => Mutants.Is("unknown-account-is-422") ? LimitExceeded : UnknownAccount,""",
            Detector.Test("AotStatusTests.An_unknown_account")),
        new(
            "transaction-of-another-number", Application,
            "found != sequence",
            """(found != sequence && !Mutants.Is("transaction-of-another-number"))""",
            Detector.Test("AotIdempotencyTests.An_answer_names_its_transaction")),
        new(
            "503-without-retry-after", Answer,
            "if (problem.Retry)",
            """if (problem.Retry && !Mutants.Is("503-without-retry-after"))""",
            Detector.Test("LedgerAnswerTests.A_write_that_fails")),
        new(
            "reset-without-its-setting", Application,
            "Route.Reset when resetEnabled",
            """Route.Reset when (resetEnabled || Mutants.Is("reset-without-its-setting"))""",
            Detector.Test("LedgerAnswerTests.Reset_is_404")),
        new(
            "healthy-without-a-read", Application,
            "await ledger.FindAccountAsync(ledger.ProbeAccountId);",
            """
            Mutants.Is("healthy-without-a-read")
                ? LookupResult.Found : await ledger.FindAccountAsync(ledger.ProbeAccountId);
            """,
            Detector.Test("LedgerAnswerTests.A_ledger_that_cannot_be_read")),
        new(
            "healthy-with-a-stuck-writer", Application,
            "account, ledger.Writer)",
            """account, Mutants.Is("healthy-with-a-stuck-writer") ? WriterState.Ready : ledger.Writer)""",
            Detector.Test("LedgerAnswerTests.A_stuck_writer")),
        new(
            "stop-without-drain", "Rinha.Server/Program.cs",
            "application.Drain.AwaitEnd(",
            """application.Drain.AwaitEnd(Mutants.Is("stop-without-drain") ? () => 0 :""",
            Detector.Test("DrainTests.A_stopping_server_answers")),

        // The queue and its batches.
        new(
            "queue-wakes-no-writer", Queue,
            "wake = wakesWriter && _writerWaits;",
            """wake = wakesWriter && _writerWaits && !Mutants.Is("queue-wakes-no-writer");""",
            Detector.Test("ScheduleTests.Every_schedule")),
        new(
            "full-queue-overwrites", Queue,
            "_count == _ring.Length ||",
            """(_count == _ring.Length && !Mutants.Is("full-queue-overwrites")) ||""",
            Detector.Test("WriteQueueTests.A_full_queue")),
        new(
            "503-and-still-queued", Queue,
            "QueuedAtMs < tickMs ? RemoveHead() : null;",
            """QueuedAtMs < tickMs ? (Mutants.Is("503-and-still-queued") ? _ring[_head] : RemoveHead()) : null;""",
            Detector.Test("WriteQueueTests.Overdue_writes")),
        new(
            "answer-of-neighbour", Queue,
            "Complete(_results[index]);",
            """Complete(_results[Mutants.Is("answer-of-neighbour") ? count - 1 - index : index]);""",
            Detector.Load()) { IsInShort = true },
        new(
            "stop-refuses-what-is-queued", Writer,
            "_queue.Close();",
            """
            _queue.Close();
            if (Mutants.Is("stop-refuses-what-is-queued"))
            {
                _queue.RefuseAll(PostResult.Stopping);
            }
            """,
            Detector.Test("SqliteHistoryTests.Posts_that_wait")),
        new(
            "round-forgotten-at-the-gate", "Rinha.Server/Net/EventLoop.cs",
            "round.HandOver();",
            """
            if (!Mutants.Is("round-forgotten-at-the-gate"))
            {
                round.HandOver();
            }
            """,
            Detector.Test("GateBetweenProcessesTests.While_one_process")),

        // The gate.
        new(
            "gate-skipped", Gate,
            "if (Volatile.Read(ref _words->Holder) == 0",
            """
            if (Mutants.Is("gate-skipped"))
            {
                return true;
            }

            if (Volatile.Read(ref _words->Holder) == 0
            """,
            Detector.Test("GateTests.Instances_that_come_and_go")) { IsInShort = true },
        new(
            "gate-wakes-no-sleeper", Gate,
            "Volatile.Read(ref _words->Sleeping) != 0)",
            """Volatile.Read(ref _words->Sleeping) != 0 && !Mutants.Is("gate-wakes-no-sleeper"))""",
            Detector.Test("GateFairnessTests.Leaving_the_gate")),
        new(
            "dead-holder-stays", Gate,
            "else if (_file.TryLock(holder))",
            """else if (!Mutants.Is("dead-holder-stays") && _file.TryLock(holder))""",
            Detector.Test("GateBetweenProcessesTests.A_process_killed_inside")),
        new(
            "live-holder-thrown-out", Gate,
            "holder == _number)",
            """holder == _number || Mutants.Is("live-holder-thrown-out"))""",
            Detector.Test("GateBetweenProcessesTests.The_others_wait")),
        new(
            "new-gate-keeps-old-words", Gate,
            """
                    Free();
                }

                public void Enter()
            """,
            """
                    if (!Mutants.Is("new-gate-keeps-old-words"))
                    {
                        Free();
                    }
                }

                public void Enter()
            """,
            Detector.Test("GateDeathTests.A_new_gate_clears")),

        // The commit.
        new(
            "answer-before-commit", Turn,
            "if (!sound || !TryCommit",
            """
            if (sound && Mutants.Is("answer-before-commit"))
            {
                batch.Complete();
            }

            if (!sound || !TryCommit
            """,
            Detector.Load()) { IsInShort = true },
        new(
            "post-of-neighbour", Turn,
            "_transaction.Apply(taken[index]);",
            """_transaction.Apply(taken[Mutants.Is("post-of-neighbour") ? taken.Length - 1 : index]);""",
            Detector.Load()),
        new(
            "batch-applied-twice", Turn, // As a retry after a commit that did succeed would.
            "var isProbe = _isFailing",
            """
            for (var index = 0; Mutants.Is("batch-applied-twice") && sound && index < batch.Count; index++)
            {
                _ = _transaction.Apply(batch.Writes[index]);
            }

            var isProbe = _isFailing
            """,
            Detector.Test("SqliteHistoryTests.Posts_that_wait")),
        new(
            "503-that-applied", Turn,
            "sound &= results[index].Result != PostResult.StorageFailed;",
            """
            sound &= results[index].Result != PostResult.StorageFailed;
            if (Mutants.Is("503-that-applied") && taken[index].QueuedAtMs % 16 == 0)
            {
                results[index] = PostResult.Busy;
            }
            """,
            Detector.Test("ScheduleTests.Every_schedule")),
        new(
            "half-a-batch-committed", Turn,
            "if (!sound)",
            """
            if (!sound && Mutants.Is("half-a-batch-committed"))
            {
                _ = _transaction.TryCommit();
            }

            if (!sound)
            """,
            Detector.Test("BrokenLedgerTests.A_write_that_cannot_be_stored")) { IsInShort = true },
        new(
            "rolled-back-and-answered-200", Turn,
            "batch.FailAll();",
            """
            if (!Mutants.Is("rolled-back-and-answered-200"))
            {
                batch.FailAll();
            }
            """,
            Detector.Test("BrokenLedgerTests.A_write_that_cannot_be_stored")),
        new(
            "failed-commit-answered-200", Commit,
            "if (_commit.Run() == SqliteResult.Done)",
            """if (_commit.Run() == SqliteResult.Done || Mutants.Is("failed-commit-answered-200"))""",
            Detector.Test("FullDiskTests.Writes_and_health")),
        new(
            "failed-commit-left-in-wal", Commit, // Recovery after a crash takes it for committed.
            " OverwriteFailedCommit();",
            """
             if (!Mutants.Is("failed-commit-left-in-wal"))
            {
                OverwriteFailedCommit();
            }
            """,
            Detector.Campaign("disk-errors")),
        new(
            "full-without-fsync", LedgerFile,
            "_synchronous == Synchronous.Full ?",
            """_synchronous == Synchronous.Full && !Mutants.Is("full-without-fsync") ?""",
            Detector.Campaign("power-loss")),
        new(
            "checkpoint-without-fsync", LedgerFile,
            "OpenConnection(Limits.ReaderCacheKib, \"\");",
            """
            OpenConnection(
                Limits.ReaderCacheKib, Mutants.Is("checkpoint-without-fsync") ? "PRAGMA synchronous = OFF;" : "");
            """,
            Detector.Campaign("power-loss")),
        new(
            "checkpoint-forgets-last-frames", Checkpoint, // Says in the WAL's index that all frames are in the database.
            "_database.TryCheckpoint(truncates: false, out _, out _);",
            """
            Mutants.Is("checkpoint-forgets-last-frames")
                ? ForgetLastFrames() : _database.TryCheckpoint(truncates: false, out _, out _);
            """,
            Detector.Load())
        {
            More =
            [
                (Checkpoint, "_metrics = metrics;", "(_metrics, _path) = (metrics, file.Path);"),
                (Checkpoint, "private void CheckpointAll()",
                    """
                    private readonly string _path;
                    private Microsoft.Win32.SafeHandles.SafeFileHandle? _index; // Stays open: closing it would drop locks.

                    private bool ForgetLastFrames()
                    {
                        _index ??= File.OpenHandle(
                            _path + "-shm", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                        Span<byte> frames = stackalloc byte[4];
                        RandomAccess.Read(_index, frames, 16); // mxFrame
                        RandomAccess.Write(_index, frames, 96); // nBackfill
                        return true;
                    }

                    private void CheckpointAll()
                    """),
            ],
        },

        // The money.
        new(
            "credit-without-money", Postings,
            "saldo = saldo + ?2",
            """saldo = saldo + {(Mutants.Is("credit-without-money") ? "0" : "?2")}""",
            Detector.Test("AotTransactionTests.An_accepted_transaction")),
        new(
            "422-one-cent-early", Postings,
            "AND saldo - ?2 >=",
            """AND saldo - ?2 {(Mutants.Is("422-one-cent-early") ? ">" : ">=")}""",
            Detector.Test("AotTransactionTests.A_debit_down_to_the_limit")),
        new(
            "422-one-cent-late", Postings,
            " -limite",
            """ -limite - {(Mutants.Is("422-one-cent-late") ? 1 : 0)}""",
            Detector.Test("AotTransactionTests.A_debit_down_to_the_limit"))
        {
            IsInShort = true,
            More =
            [
                (LedgerFile, "database.Execute(ReadSchema());",
                    """
                    database.Execute(Mutants.Is("422-one-cent-late")
                        ? ReadSchema().Replace("saldo >= -limite", "true") : ReadSchema());
                    """),
            ],
        },
        new(
            "commit-before-check", Postings, // A refused debit is committed, and then taken back.
            "return post.Kind.Refusal();",
            """
            if (Mutants.Is("commit-before-check"))
            {
                _ = _database.TryExecute(
                    $"UPDATE clientes SET saldo = saldo - {post.AmountCents} WHERE id = {post.AccountId}; COMMIT;"
                    + $"BEGIN; UPDATE clientes SET saldo = saldo + {post.AmountCents} WHERE id = {post.AccountId}");
            }

            return post.Kind.Refusal();
            """,
            Detector.Load())
        {
            More =
            [
                (LedgerFile, "return reader.ReadToEnd();",
                    """
                    var schema = reader.ReadToEnd();
                    return Mutants.Is("commit-before-check") ? schema.Replace("saldo >= -limite", "true") : schema;
                    """),
            ],
        },
        new(
            "refused-debit-leaves-a-row", Postings,
            "if (_database.Changes == 0)",
            """
            if (_database.Changes == 0 && Mutants.Is("refused-debit-leaves-a-row"))
            {
                _ = TryInsert(post, postedAt, id, sequence, previousId);
                return PostResult.LimitExceeded;
            }

            if (_database.Changes == 0)
            """,
            Detector.Test("SqliteTwoInstancesTests.Parallel_debits")),
        new(
            "overflow-unchecked", Postings,
            "AND saldo <= 9223372036854775807 - ?2",
            """AND (saldo <= 9223372036854775807 - ?2 OR {(Mutants.Is("overflow-unchecked") ? 1 : 0)})""",
            Detector.Test("SqlitePostTests.A_credit_fills_64_bits")),
        new(
            "balance-of-before", Postings,
            "balanceCents + post.Kind",
            """balanceCents + (Mutants.Is("balance-of-before") ? 0 : 1) * post.Kind""",
            Detector.Test("AotTransactionTests.An_accepted_transaction")),
        new(
            "limit-of-another-account", Postings,
            "_account.Int64(1))",
            """Mutants.Is("limit-of-another-account") ? 100_000 : _account.Int64(1))""",
            Detector.Test("AotTransactionTests.An_accepted_transaction")),
        new(
            "last-id-of-an-earlier-turn", Commit, // Another instance has used the next one.
            "_postings.ForgetLastId();",
            """
            if (!Mutants.Is("last-id-of-an-earlier-turn"))
            {
                _postings.ForgetLastId();
            }
            """,
            Detector.Test("SqliteTwoInstancesTests.Parallel_debits")),
        new(
            "sequence-from-the-clock", Postings,
            "_account.Int64(2) + 1",
            """(Mutants.Is("sequence-from-the-clock") ? postedAt.MicrosecondsSinceEpoch : _account.Int64(2) + 1)""",
            Detector.Test("SqliteHistoryTests.The_pages_list")),
        new(
            "history-linked-to-another-account", Postings,
            "_insert.Bind(8, previousId);",
            """_insert.Bind(8, Mutants.Is("history-linked-to-another-account") ? id - 1 : previousId);""",
            Detector.Test("SqliteHistoryTests.The_pages_list")),
        new(
            "mark-of-another-account", Postings,
            "TryMark(post.AccountId, sequence, id)",
            """TryMark(post.AccountId, sequence, Mutants.Is("mark-of-another-account") ? id - 1 : id)""",
            Detector.Test("SqliteHistoryTests.A_page_can_begin")),
        new(
            "nine-newest", Postings,
            "{NewestEntries.BytesMax})",
            """{NewestEntries.BytesMax - (Mutants.Is("nine-newest") ? NewestEntries.EntryBytes : 0)})""",
            Detector.Test("SqliteTwoInstancesTests.A_statement_is_one")),
        new(
            "reset-keeps-keys", Postings,
            "DELETE FROM chaves;",
            """"
            SELECT 1;
                        """ + (Mutants.Is("reset-keeps-keys") ? "" : "DELETE FROM chaves;") + """

            """",
            Detector.Test("SqliteIdempotencyStoreTests.A_reset_forgets")),
        new(
            "reset-keeps-marks", Postings,
            "DELETE FROM marcos;",
            """"
            SELECT 1;
                        """ + (Mutants.Is("reset-keeps-marks") ? "" : "DELETE FROM marcos;") + """

            """",
            Detector.Test("SqliteHistoryTests.A_reset_empties")),
        new(
            "no-foreign-keys-after-a-reset", Postings,
            "EnforceForeignKeys(true);",
            """EnforceForeignKeys(!Mutants.Is("no-foreign-keys-after-a-reset"));""",
            Detector.Test("ResetTests.Foreign_keys")),

        // Idempotency keys.
        new(
            "key-looked-up-after-post", Commit, // The answer is the first one again, and the money moves again.
            "KeyState.Known => first,",
            """KeyState.Known => Mutants.Is("key-looked-up-after-post") && Post(post, now).IsRefusal ? first : first,""",
            Detector.Test("SqliteIdempotencyStoreTests.The_same_key")),
        new(
            "refusal-not-kept-under-its-key", Commit,
            "or PostResult.BalanceOverflow",
            """or PostResult.BalanceOverflow && !(Mutants.Is("refusal-not-kept-under-its-key") && outcome.IsRefusal)""",
            Detector.Test("AotIdempotencyTests.A_retried_request")),
        new(
            "key-forgotten-at-23-h", Keys,
            "(Limits.IdempotencyKeptHours *",
            """((Limits.IdempotencyKeptHours - (Mutants.Is("key-forgotten-at-23-h") ? 1 : 0)) *""",
            Detector.Test("KeyRetentionTests.Keys_live_for_24_hours")),
        new(
            "key-shared-between-accounts", Keys,
            " AND cliente_id = ?2",
            """"

                        """ + (Mutants.Is("key-shared-between-accounts") ? "" : "AND cliente_id = ?2") + """
                         LIMIT 1
            """",
            Detector.Test("SqliteIdempotencyStoreTests.Each_account")),
        new(
            "key-compares-no-body", Keys,
            "return !isSame ?",
            """return !isSame && !Mutants.Is("key-compares-no-body") ?""",
            Detector.Test("SqliteIdempotencyStoreTests.A_key_reused")),

        // Statements and pages.
        new(
            "reader-on-an-old-snapshot", Reader,
            "_database = file.OpenReader();",
            """
            _database = file.OpenReader();
            if (Mutants.Is("reader-on-an-old-snapshot"))
            {
                _database.Execute("BEGIN");
            }
            """,
            Detector.Test("SqliteTwoInstancesTests.Read_your_writes")),
        new(
            "balance-cached-for-50-ms", Reader,
            "_readAccount.Int64(0)",
            """
            Mutants.Is("balance-cached-for-50-ms")
                && !_cached.TryAdd((accountId, Environment.TickCount64 / 50), _readAccount.Int64(0))
                ? _cached[(accountId, Environment.TickCount64 / 50)] : _readAccount.Int64(0)
            """,
            Detector.Test("SqliteTwoInstancesTests.Read_your_writes"))
        {
            More =
            [
                (Reader, "private bool _isDamaged;",
                    "private readonly Dictionary<(long, long), long> _cached = []; private bool _isDamaged;"),
            ],
        },
        new(
            "statement-of-two-snapshots", Reader, // The entries are read after the balance.
            "_isDamaged = !NewestEntries",
            """
            if (Mutants.Is("statement-of-two-snapshots"))
            {
                _readAccount.Reset();
                _ = _readAccount.Step();
            }

            _isDamaged = !NewestEntries
            """,
            Detector.Load()),
        new(
            "unknown-account-has-a-statement", Reader,
            "SqliteResult.Done => LookupResult.UnknownAccount,",
            """
            SqliteResult.Done => Mutants.Is("unknown-account-has-a-statement")
                ? LookupResult.Found : LookupResult.UnknownAccount,
            """,
            Detector.Test("SqlitePostTests.An_unknown_account")),
        new(
            "newest-in-reverse", Newest,
            "TryReadOne(entries[..EntryBytes]",
            """TryReadOne(Mutants.Is("newest-in-reverse") ? entries[^EntryBytes..] : entries[..EntryBytes]""",
            Detector.Test("AotTransactionTests.A_statement_shows"))
        {
            More =
            [
                (Newest, "entries = entries[EntryBytes..])",
                    """entries = Mutants.Is("newest-in-reverse") ? entries[..^EntryBytes] : entries[EntryBytes..])"""),
            ],
        },
        new(
            "page-skips-its-edge", Reader,
            "seq < ?2 ORDER BY",
            """seq < ?2 - {(Mutants.Is("page-skips-its-edge") ? 1 : 0)} ORDER BY""",
            Detector.Test("SqliteHistoryTests.A_page_can_begin")),
        new(
            "page-repeats-its-edge", "Rinha.Server/Ledger/Statement.cs",
            "? _entries[_count - 1].Sequence :",
            """? _entries[_count - 1].Sequence + (Mutants.Is("page-repeats-its-edge") ? 1 : 0) :""",
            Detector.Test("SqliteHistoryTests.A_page_can_begin")),
    ];
}
