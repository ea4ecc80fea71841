using System.Runtime.InteropServices;

namespace Rinha.Server.Sqlite;

/// <summary>What the instances of a <see cref="Gate"/> tell one another, in shared memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GateWords
{
    /// <summary>The number of the instance that is inside; 0 is nobody.</summary>
    public int Holder;

    /// <summary>How many sleep until <see cref="Holder"/> changes; may be too high after a death.</summary>
    public int Sleepers;

    /// <summary>A bit for each instance that has asked in vain.</summary>
    public int Asking;

    /// <summary>The number of the instance that was inside last.</summary>
    public int Last;
}
