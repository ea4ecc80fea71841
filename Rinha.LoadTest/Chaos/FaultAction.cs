namespace Rinha.LoadTest.Chaos;

/// <summary>What the fault library does to a server at a <see cref="FaultPoint"/>.</summary>
internal enum FaultAction
{
    /// <summary>Ends it with SIGKILL.</summary>
    Kill = 1,

    /// <summary>Stops it with SIGSTOP.</summary>
    Stop = 2,
}
