using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server;
using Rinha.Server.Http;
using Rinha.Server.Ledger;
using Rinha.Server.Net;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Telemetry;

DurableFile.KeepNewFilesPrivate();
return ServerCommand.Invoke(args, Run, CheckHealth);

static int Run(ServerOptions options)
{
    // A terminal that closes, or a daemon's "reload": there is nothing to load again.
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);
    using var loggers = LogOutput.Create(options.Get(Setting.LogLevel), options.Get(Setting.LogFormat));
    var logger = loggers.CreateLogger("Rinha");
    OpenFiles.RaiseLimit();
    LogStart(logger, options);
    try
    {
        var accounts = options.Get(Setting.Accounts);
        using var metrics = new MetricSet();
        if (options.Postgres is { } database)
        {
            using var ledger = new PostgresLedger(database, logger, options.Get(Setting.DatabaseWait), accounts);
            ledger.AddTo(metrics);
            Serve(options, ledger, metrics, loggers, logger);
        }
        else
        {
            using var ledger = new SqliteLedger(
                options.DatabasePath, options.Synchronous, logger, options.MayCreateDatabase, accounts);
            ledger.AddTo(metrics);
            Serve(options, ledger, metrics, loggers, logger);
        }
    }
    catch (Exception error) when (
        error is SqliteException or NpgsqlException or RefusalException
            or IOException or UnauthorizedAccessException or SocketException)
    {
        var isOfFile = options.Postgres is null && error is SqliteException or IOException;
        return ServerCommand.Reject(
            PostgresFailure.Describe(error, options.Postgres?.Connection.Host)
            + (isOfFile ? DurableFile.WhyFull(options.DatabasePath) : ""));
    }

    Log.Stopped(logger);
    return ExitCode.Success;
}

// Serves until a signal, then drains and stops.
static void Serve(
    ServerOptions options, ILedger ledger, MetricSet metrics, ILoggerFactory loggers, ILogger logger)
{
    using var systemd = new SystemdNotifier();
    var transport = new SocketTransport(options.Address, ledger.Round, logger) { RefusalBody = Problem.OfRefusal };
    using var server = new BankServer(options.Address.EndPoint, transport, loggers);
    using var stop = new ManualResetEventSlim();
    using var forceStop = new ManualResetEventSlim();
    using var terminate = OnSignal(PosixSignal.SIGTERM, stop, forceStop);
    using var interrupt = OnSignal(PosixSignal.SIGINT, stop, forceStop);

    var requests = new RequestLog(options.Get(Setting.SlowRequestMs), logger);
    requests.AddTo(metrics);
    ProcessMetrics.AddTo(metrics, ServerCommand.Release, ServerCommand.Commit, () => transport.OpenConnections);
    var isResetEnabled = options.Get(Setting.ResetEnabled);
    using var operators = options.MetricsAddress is { } address
        ? new OperatorSocket(
            address, new BankApplication(ledger, isResetEnabled, logger, metrics, requests), loggers, logger)
        : null;
    var application = new BankApplication(
        ledger, isResetEnabled, logger, metrics, requests, metricsShown: operators is null);
    server.StartAsync(application).GetAwaiter().GetResult();
    Log.Listening(logger, options.Address.ToString());
    systemd.SendReady(transport.TakePulse);
    if (isResetEnabled)
    {
        Log.ResetEnabled(logger);
    }

    stop.Wait();
    Log.Stopping(logger);
    systemd.SendStopping();
    application.Drain.Announce();
    _ = forceStop.Wait(options.Get(Setting.DrainDelayMs));
    application.Drain.Begin();
    transport.StopAccepting();
    application.Drain.AwaitEnd(() => transport.OpenConnections);
    server.StopAsync().GetAwaiter().GetResult();
}

static void LogStart(ILogger logger, ServerOptions options)
{
    Log.Starting(logger, options, MachineLimits.Read());
    var misspelt = Environment.GetEnvironmentVariables().Keys
        .Cast<string>()
        .Where(name => Setting.Suggest(name) is not null)
        .Order(StringComparer.Ordinal)
        .Select(name => $"{name} ({Setting.Suggest(name)!.Variable}?)")
        .ToList();
    if (misspelt.Count > 0)
    {
        Log.VariablesMisspelt(logger, string.Join(", ", misspelt));
    }
}

// The first signal stops the server; a second one skips the rest of RINHA_DRAIN_DELAY_MS.
static PosixSignalRegistration OnSignal(
    PosixSignal signal, ManualResetEventSlim stop, ManualResetEventSlim forceStop) =>
    PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stop.IsSet)
        {
            forceStop.Set();
        }

        stop.Set();
    });

static int CheckHealth(ServerOptions options, int holdSeconds) =>
    HealthCheck.Run(options.Address, holdSeconds, out var failure) ? ExitCode.Success : ServerCommand.Fail(failure);
