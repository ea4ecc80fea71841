namespace Rinha.Chaos.Fuzz;

// Sends requests of a grammar and damaged ones to both servers and through nginx. Each must be answered as the rules
// say or refused; what is refused changes nothing; nobody ends, and nobody's memory grows.
internal static class FuzzCampaign
{
    private const int Batches = 5;
    private const double GrowthMax = 1.10;
    private const long GrowthBytesMax = 4L * 1024 * 1024;

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        var cases = new FuzzCases(run.Seed);
        var findings = new FuzzFindings(run);
        using var engine = new FuzzEngine(bank, findings, run.Tried);
        var processes = bank.Processes.Select(process => process.ProcessId).ToList();
        var memory = new List<long>();
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < Batches; batch++)
        {
            var (first, next) = (run.Times * (long)batch / Batches, run.Times * (batch + 1L) / Batches);
            try
            {
                engine.Run(cases, first, next - first);
            }
            catch (ChaosException error)
            {
                run.Check(false, () => $"{error.Message}; {string.Concat(bank.Apis.Select(api => api.Log))}");
            }

            run.CheckAlive(bank, $"batch {batch}");
            if (!bank.Processes.All(process => process.IsAlive))
            {
                FindKiller(run, bank, engine);
                return;
            }

            CheckLedger(run, bank, engine);
            memory.AddRange(batch == 0 ? bank.Apis.Select(api => api.ResidentBytes.Own) : []);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        findings.Report();
        run.Check(
            processes.SequenceEqual(bank.Processes.Select(process => process.ProcessId)),
            () => "a process was started again");
        CheckMemory(run, bank, memory);
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.Measured($"{run.Times / seconds:N0} cases/s, {engine.Posted:N0} posted");
        run.Measured(engine.Statuses);
    }

    // Every row was answered with 200, every 200 has its row, and nothing else has moved a balance.
    private static void CheckLedger(CampaignRun run, Bank bank, FuzzEngine engine)
    {
        var ledger = LedgerRows.Read(bank.Ledger);
        var rows = ledger.Clients.Sum(client => client.Rows);
        run.Check(
            rows >= engine.Posted - engine.MaybeRepeated && rows <= engine.Posted + engine.MaybePosted,
            () => $"{rows} rows, {engine.Posted} answers of 200 (repeated at most {engine.MaybeRepeated}, "
                + $"not brought back by nginx at most {engine.MaybePosted})");
        run.Check(Oracle.Clients(ledger));
    }

    private static void CheckMemory(CampaignRun run, Bank bank, List<long> before)
    {
        foreach (var (api, was) in bank.Apis.Zip(before))
        {
            var now = api.ResidentBytes.Own;
            run.Check(
                now <= (was * GrowthMax) + GrowthBytesMax,
                () => $"{api.Name} has grown from {was:N0} to {now:N0} bytes");
            run.Measured($"{api.Name} {was / 1048576.0:F1} → {now / 1048576.0:F1} MB");
        }
    }

    // One of the last cases has ended a process: each is tried again on a bank of its own life.
    private static void FindKiller(CampaignRun run, Bank bank, FuzzEngine engine)
    {
        bool Kills(byte[] bytes)
        {
            bank.Start();
            foreach (var api in bank.Apis)
            {
                _ = RawAnswer.Exchange(bank.Past(api), bytes, TimeSpan.FromMilliseconds(500));
            }

            return Wait.For(() => bank.Apis.Any(api => !api.IsAlive), TimeSpan.FromMilliseconds(100));
        }

        if (engine.Recent.FirstOrDefault(one => Kills(one.Bytes)) is not { } killer)
        {
            run.Check(false, () => "no single case of the last ones ends it again");
            return;
        }

        var path = FuzzFindings.Write(run, "crash", FuzzFindings.Minimize(killer.Bytes, Kills));
        run.Check(false, () => $"case {killer.Number} ends a server: {path}");
    }
}

// Reports what was found: the first few of a kind each in a file, as small as it can be made, to be kept as a test.
internal sealed class FuzzFindings(CampaignRun run)
{
    private const int FilesMax = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private readonly Dictionary<string, int> _counts = [];
    private readonly List<(string What, FuzzCase Sent, FuzzLane Lane)> _first = [];

    public void Add(string what, FuzzCase sent, FuzzLane lane)
    {
        _counts[what] = _counts.GetValueOrDefault(what) + 1;
        if (_counts[what] <= FilesMax)
        {
            _first.Add((what, sent, lane));
            Console.Error.WriteLine($"  case {sent.Number} at {lane.Target.Url}: {what}: {Text(sent.Bytes)}");
        }
    }

    public void Report()
    {
        foreach (var (what, sent, lane) in _first)
        {
            var unknown = sent with { Outcome = FuzzOutcome.Anything, Answers = 0 };
            bool IsFoundWith(byte[] less) =>
                FuzzLane.Find(lane.Target, lane.IsFront, unknown with { Bytes = less }, out _) == what;
            var bytes = IsFoundWith(sent.Bytes) ? Minimize(sent.Bytes, IsFoundWith) : sent.Bytes;
            var path = Write(run, $"case-{sent.Number}", bytes);
            run.Check(false, () =>
                $"case {sent.Number} at {lane.Target.Url}: {what} ({_counts[what]} times), {path}: {Text(bytes)}");
        }

        _first.Clear();
    }

    public static byte[] Minimize(byte[] bytes, Func<byte[], bool> stays)
    {
        var watch = Stopwatch.StartNew();
        for (var piece = bytes.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < bytes.Length && watch.Elapsed < s_patience;)
            {
                byte[] less = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(at + piece, bytes.Length))];
                if (less.Length > 0 && stays(less))
                {
                    bytes = less;
                }
                else
                {
                    at += piece;
                }
            }
        }

        return bytes;
    }

    public static string Write(CampaignRun run, string name, byte[] bytes)
    {
        var path = Path.Combine(run.Directory, $"{name}.http");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Text(byte[] bytes) =>
        string.Concat(Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 400)))
            .Select(letter => letter is >= ' ' and < '\x7F' ? letter.ToString() : $"\\x{(int)letter:X2}"));
}
