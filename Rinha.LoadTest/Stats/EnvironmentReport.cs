namespace Rinha.LoadTest.Stats;

/// <summary>What was run, with what, and where.</summary>
/// <param name="Command">The command line.</param>
/// <param name="Version">The load tester's version, with its commit where that is known.</param>
/// <param name="Target">The URL.</param>
/// <param name="Processor">The machine's processor.</param>
/// <param name="Cores">How many the load tester may use.</param>
/// <param name="System">Operating system and kernel.</param>
/// <param name="Limits">The stack's limits as the caller knows them (<c>--limits TEXT</c>), if it does.</param>
public sealed record EnvironmentReport(
    string Command, string Version, string Target, string Processor, int Cores, string System, string? Limits);
