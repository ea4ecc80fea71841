using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server;
using Rinha.Server.Http;
using Rinha.Server.Ledger;
using Rinha.Server.Net;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Telemetry;

return ServerCommand.Invoke(args, Run, AskHealth);

static int Run(ServerOptions options)
{
    using var loggers = LogOutput.Create(options.LogLevel, options.LogFormat);
    var logger = loggers.CreateLogger("Rinha");
    OpenFiles.RaiseLimit();
    TellStart(logger, options);
    try
    {
        using var metrics = new MetricSet();
        using var opened = OpenLedger(options, logger, metrics);
        var ledger = (ILedger)opened;
        var transport = new SocketTransport(options.Address, ledger as IWriteRounds, logger);
        using var server = new BankServer(options.Address.EndPoint, transport, loggers);
        using var stop = new ManualResetEventSlim();
        using var hurry = new ManualResetEventSlim();
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop, hurry);
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop, hurry);

        var watch = new RequestWatch(options.SlowRequestMs, logger);
        watch.Metrics.AddTo(metrics);
        ProcessMetrics.AddTo(
            metrics, ServerCommand.Release, ServerCommand.Commit, () => transport.OpenConnections);
        var application = new BankApplication(ledger, options.ResetEnabled, logger, metrics, watch);
        server.StartAsync(application).GetAwaiter().GetResult();
        Log.Listening(logger, options.Address.ToString());
        if (options.ResetEnabled)
        {
            Log.ResetEnabled(logger);
        }

        stop.Wait();
        Log.Stopping(logger);
        application.Drain.Announce();
        _ = hurry.Wait(options.DrainDelayMs);
        application.Drain.Begin();
        transport.StopAccepting();
        application.Drain.AwaitEnd(() => transport.OpenConnections);
        server.StopAsync().GetAwaiter().GetResult();
    }
    catch (Exception error) when (
        error is SqliteException or NpgsqlException or RefusalException
            or IOException or UnauthorizedAccessException or SocketException)
    {
        return ServerCommand.Refuse(error.Message);
    }

    Log.Stopped(logger);
    return ExitCode.Good;
}

static IDisposable OpenLedger(ServerOptions options, ILogger logger, MetricSet metrics)
{
    if (options.Postgres is { } address)
    {
        var database = new PostgresLedger(address, logger);
        database.AddTo(metrics);
        return database;
    }

    var file = new SqliteLedger(options.DatabasePath, options.Synchronous, logger);
    file.AddTo(metrics);
    return file;
}

static void TellStart(ILogger logger, ServerOptions options)
{
    var limits = MachineLimits.Read();
    Log.Starting(
        logger,
        ServerCommand.Version,
        options.ToString(),
        limits.ToString(),
        ServerCommand.Commit,
        options.Database,
        options.Synchronous.ToString(),
        options.Address.ToString(),
        options.LogLevel.ToString(),
        options.LogFormat.ToString(),
        options.SlowRequestMs,
        options.DrainDelayMs,
        options.ResetEnabled,
        limits.Processors,
        limits.CpuQuota,
        limits.MemoryBytes,
        limits.OpenFiles);
    var misspelt = Environment.GetEnvironmentVariables().Keys
        .Cast<string>()
        .Where(name => Setting.Meant(name) is not null)
        .Order(StringComparer.Ordinal)
        .Select(name => $"{name} ({Setting.Meant(name)!.Variable}?)")
        .ToList();
    if (misspelt.Count > 0)
    {
        Log.VariablesMisspelt(logger, string.Join(", ", misspelt));
    }
}

// The first signal stops the server; a second one ends the delay in which it still accepts.
static PosixSignalRegistration OnSignal(PosixSignal signal, ManualResetEventSlim stop, ManualResetEventSlim hurry) =>
    PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stop.IsSet)
        {
            hurry.Set();
        }

        stop.Set();
    });

static int AskHealth(ServerOptions options, int holdSeconds)
{
    if (HealthCheck.Watch(options.Address, holdSeconds, out var failure))
    {
        return ExitCode.Good;
    }

    return ServerCommand.Fail(failure);
}
