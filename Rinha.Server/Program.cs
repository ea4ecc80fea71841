using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Rinha.Server;
using Rinha.Server.Http;
using Rinha.Server.Net;
using Rinha.Server.Sqlite;

[assembly: SupportedOSPlatform("linux")]

return ServerCommand.Invoke(args, Run, AskHealth);

static int Run(ServerOptions options)
{
    using var loggers = LoggerFactory.Create(logging => logging
        .SetMinimumLevel(options.LogLevel)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        }));
    var logger = loggers.CreateLogger("Rinha");
    Log.Starting(logger, ServerCommand.Version, options.ToString());
    try
    {
        using var ledger = new SqliteLedger(options.DatabasePath, options.Synchronous, logger);
        var transport = new SocketTransport(options.Address, ledger, logger);
        using var server = new BankServer(options.Address.EndPoint, transport, loggers);
        using var stop = new ManualResetEventSlim();
        using var hurry = new ManualResetEventSlim();
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop, hurry);
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop, hurry);

        var application = new BankApplication(ledger, options.ResetEnabled, logger);
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
        error is SqliteException or IOException or UnauthorizedAccessException or SocketException)
    {
        return ServerCommand.Refuse(error.Message);
    }

    Log.Stopped(logger);
    return ExitCode.Good;
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
