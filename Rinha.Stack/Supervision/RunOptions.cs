using Rinha.Stack.Builds;
namespace Rinha.Stack.Supervision;

/// <summary>The options of <c>run</c>.</summary>
/// <param name="Ledger">What DATABASE_URL names; <see langword="null"/> for a ledger in the data directory.</param>
/// <param name="IsStackNamed">Whether the user named the stack.</param>
/// <param name="Server">The servers' binary.</param>
/// <param name="IsFresh">Whether to start with a new ledger.</param>
/// <param name="Floor">The load that a floor answers: mix, refused or statements.</param>
/// <param name="TlsDirectory">Holds tls.crt and tls.key.</param>
/// <param name="NginxDirectory">Holds *.conf files that nginx includes.</param>
public sealed record RunOptions(
    DataDirectory Data,
    StackLayout Layout,
    bool IsStackNamed,
    StackAccess Access,
    LedgerAddress? Ledger,
    string Server,
    bool IsFresh,
    bool HasLimits,
    string? Floor,
    string? TlsDirectory,
    string NginxDirectory)
{
    /// <summary>Where the ledger is, without a password.</summary>
    public string LedgerText => Layout.IsFloor ? "none: constant answers"
        : Ledger?.ToString() ?? (Layout.HasPostgres ? Data.Cluster : Data.LedgerFile);

    internal bool HasDatabase => Layout is { HasPostgres: true, IsFloor: false, IsDatabaseElsewhere: false };

    /// <summary>What a start ignores, a line each.</summary>
    public IEnumerable<string> Warnings =>
    [
        .. RunSettings.ForOneServer.Where(name => RunSettings.Get(name) is not null)
            .Select(name => $"{name} is ignored: a stack gives each of its servers a socket"),
        .. RunSettings.Unknown.Select(name => $"{name} is ignored: it is no setting (docs/operations/settings.md)"),
        .. RunSettings.ExposedFileOf(Data) is { } file
            ? (string[])[$"{file} holds a password, and other users may read it: chmod 600 {file}"]
            : [],
        .. Files.Try(() => Directory.GetFiles(NginxDirectory), [])
            .Where(file => Path.GetExtension(file) != ".conf")
            .Select(file => $"{file} is not in force: nginx includes *.conf only"),
    ];

    /// <summary>Returns each process's limits; throws when options conflict or limits exceed the contest's.</summary>
    public IReadOnlyDictionary<string, ProcessLimits> Check()
    {
        var conflict = Conflict();
        if (conflict is not null)
        {
            throw new UsageException(conflict);
        }

        string[] certificate = TlsDirectory is null ? [] : [$"{TlsDirectory}/tls.crt", $"{TlsDirectory}/tls.key"];
        if (certificate.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new UsageException($"{missing} cannot be read (docs/open-network.md shows how to create it)");
        }

        var limits = Layout.ReadLimits();
        if (HasLimits)
        {
            Layout.CheckLimits(limits);
        }

        return limits;
    }

    // The last start's ledger, when this start would use another one without being told to.
    private string? Forgotten() =>
        !IsFresh && !Layout.IsFloor && Ledger is null
            && LastLedger.Read(Data) is { } last && last != LedgerText && !FormerLedger.IsAside(LedgerText, last)
            && !(IsStackNamed && (last == Data.Cluster || last == Data.LedgerFile))
            ? last
            : null;

    // DATABASE_URL's file, when it would be a new ledger in place of the last one and ?mode=rwc does not ask for it.
    private string? Mistyped() =>
        Ledger is { File: { } file } && LastLedger.IsMissing(file) && !Ledger.Url.EndsWith("mode=rwc")
            && LastLedger.Read(Data) is { } last && last != file
            ? $"there is no ledger at {file}; last time {Data.FullPath} served {last} "
                + $"({RunSettings.Ledger}={file}?mode=rwc creates a new one)"
            : null;

    // Why this start must not create the ledger: it would be an empty bank in place of the last start's, or beside a
    // log that has lost its file.
    private string? WhyNotNew()
    {
        var file = Ledger?.File ?? (Layout.HasPostgres ? null : Data.LedgerFile);
        var isGone = HasDatabase ? !Directory.Exists(Data.Cluster) : file is not null && LastLedger.IsMissing(file);
        if (!isGone || IsFresh || Layout.IsFloor || Ledger?.Url.EndsWith("mode=rwc") == true)
        {
            return null;
        }

        var way = Ledger is null
            ? "use --fresh for a new one"
            : $"{RunSettings.Ledger}={Ledger.File}?mode=rwc creates it";
        var last = LastLedger.Read(Data);
        return last == LedgerText || (file is not null && !LastLedger.IsMissing(file + "-wal"))
                ? $"the ledger of {Data.FullPath}, {LedgerText}, is missing: put it back, or {way}"
            : last is not null && !(FormerLedger.IsAside(LedgerText, last) && Path.Exists(last))
                ? $"there is no ledger at {LedgerText}; last time {Data.FullPath} served {last}: {way}"
            : null;
    }

    private string? Conflict()
    {
        var hasIncludes = Directory.Exists(NginxDirectory) && Directory.EnumerateFiles(NginxDirectory, "*.conf").Any();
        return this switch
        {
            { Layout.Proxy.IsConfigurable: false }
                when Access is not { Limit: null, TlsPort: null, MetricsPort: null } =>
                $"--limit, --tls and --metrics need nginx; {Layout.Name} has {Layout.Proxy.Name}",
            { Layout.Proxy.IsConfigurable: false } when hasIncludes =>
                $"{NginxDirectory} has directives for nginx; {Layout.Name} has {Layout.Proxy.Name}",
            { IsFresh: true, Layout.IsFloor: true } => "--fresh needs a ledger; --floor has none",
            { IsFresh: true, Ledger: not null } =>
                $"--fresh is for the ledger in --data; DATABASE_URL names another: {Ledger}",
            { Ledger.File: not null, Layout.HasPostgres: true } =>
                $"DATABASE_URL names a file; the ledger of {Layout.Name} is in PostgreSQL",
            { Ledger: { File: null }, Layout.HasPostgres: false } =>
                $"DATABASE_URL names a PostgreSQL database; the ledger of {Layout.Name} is a file",
            _ when Forgotten() is { } last =>
                $"the last ledger of {Data.FullPath} was {last}: give " +
                (last == Data.Cluster
                    ? $"--stack {StackLayout.PostgresName} again"
                    : $"{RunSettings.Ledger} again, remove {Data.FullPath}/ledger for the ledger there") +
                ", or use --fresh or another --data for a new one",
            _ when Mistyped() is { } mistyped => mistyped,
            _ when WhyNotNew() is { } reason => reason,
            _ when NginxDirective.ConflictOf(NginxDirective.Read(NginxDirectory), TlsDirectory is not null, Data.Run)
                is { } nginx => nginx,
            _ when !hasIncludes && RunSettings.Get(RunSettings.NginxDirectory) is not null =>
                $"{RunSettings.NginxDirectory}: {NginxDirectory} is not a directory with *.conf files",
            _ when Access.Ports.Distinct().Count() < Access.Ports.Count() =>
                "two of --port, --tls-port and --metrics are the same port",
            _ => null,
        };
    }
}

/// <summary>Prepares a stack before any process starts, and reports every error that can be found by then.</summary>
public sealed class StackPreparation(RunOptions options, Packages packages, Action<string> log)
{
    /// <summary>Installs missing programs and publishes the server.</summary>
    public void InstallPrograms()
    {
        RequirePrograms();
        if (!options.Layout.IsFloor && options.Server == Repository.Server)
        {
            new Publisher(log, packages).Publish(options.Server);
        }

        if (!options.Layout.IsFloor && !File.Exists(options.Server))
        {
            throw new StackException($"{options.Server} does not exist");
        }
    }

    /// <summary>
    /// Locks the data directory and stops what a killed supervisor left in it. Hold the lock while the stack runs.
    /// </summary>
    public FileLock LockData()
    {
        var data = options.Data;
        if (data.IsDiskFull)
        {
            throw new StackException($"the disk of {data.FullPath} is full");
        }

        LibC.KeepNewFilesPrivate();
        try
        {
            const UnixFileMode ownersAlone = (UnixFileMode)0b111_000_000;
            Directory.CreateDirectory(data.FullPath);
            Directory.CreateDirectory(data.Run, ownersAlone);
            Directory.CreateDirectory(data.Logs, ownersAlone);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StackException($"{data.FullPath} cannot be used as the data directory: {error.Message}");
        }

        var taken = FileLock.TryTake(data.RunFile("lock"))
            ?? throw new StackException(
                $"a stack is already running on {data.FullPath} (./rinha stop --data {data.FullPath})");
        if (StackInstance.Read(data) is { } left)
        {
            log("stopping what a killed supervisor left behind");
            left.End(log);
        }

        return taken;
    }

    /// <summary>
    /// Throws when a port is taken; sets the ledger aside for --fresh. Confirm the result when the stack is up.
    /// </summary>
    public FormerLedger PrepareLedger()
    {
        var taken = options.Access.Ports.FirstOrDefault(ProcessTable.IsListening);
        if (taken != 0)
        {
            throw new StackException($"port {taken} is taken by {RunningStacks.OwnerOf(taken)}");
        }

        var former = new FormerLedger(options.Data, options.LedgerText, options.Server, packages, log);
        former.PutBackLeft();
        if (options.IsFresh)
        {
            former.SetAside();
        }

        var file = options.Ledger?.File ?? (options.Layout.HasPostgres ? null : options.Data.LedgerFile);
        former.IsNew = !options.Layout.IsFloor && (
            options.HasDatabase ? !Directory.Exists(options.Data.Cluster)
            : file is not null ? LastLedger.IsMissing(file)
            : IsDatabaseEmpty());
        return former;
    }

    // Whether the servers would create a ledger in the user's own database. Throws when it would take the place of
    // another one: the URL is mistyped.
    private bool IsDatabaseEmpty()
    {
        var data = options.Data;
        return Tool.Run([options.Server, "accounts", "list", "1..1"]) is { Succeeded: false } failed
            && failed.Error.Contains("there is no ledger in", StringComparison.Ordinal)
            && (LastLedger.Read(data) is { } last && last != options.LedgerText
                ? throw new UsageException($"there is no ledger at {options.LedgerText}; last time {data.FullPath} "
                    + $"served {last} (remove {data.FullPath}/ledger to create a new one)")
                : true);
    }

    private void RequirePrograms()
    {
        packages.Require("setpriv", "util-linux");
        var proxy = options.Layout.Proxy;
        foreach (var program in options.Layout.IsFloor ? [proxy, new Nginx()] : new[] { proxy })
        {
            packages.Require(program.Name, [.. program.Packages]);
        }

        if (options.HasDatabase)
        {
            PostgresPrograms.Require(packages);
        }
    }
}
