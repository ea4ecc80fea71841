namespace Rinha.LoadTest.Run;

/// <summary>Where a load run is.</summary>
internal enum LoadPhase
{
    New,
    WarmUp,
    Measured,

    /// <summary>Nothing more is sent; what is under way is waited for.</summary>
    Draining,
    Done,
}
