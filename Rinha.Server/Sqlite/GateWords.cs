namespace Rinha.Server.Sqlite;

/// <summary>
/// What the instances of a <see cref="Gate"/> tell one another, in shared memory. Only the first word decides who is
/// inside; the others are hints, and cost a little time when they are wrong.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GateWords
{
    /// <summary>The number of the instance that is inside; 0 is nobody.</summary>
    public int Holder;

    /// <summary>A bit for each instance that sleeps until <see cref="Holder"/> changes.</summary>
    public int Sleeping;

    /// <summary>A bit for each instance that has asked in vain.</summary>
    public int Asking;

    /// <summary>A bit for each instance that has been woken in vain so often that all others let it go first.</summary>
    public int Starving;

    /// <summary>The number of the instance that was inside last.</summary>
    public int Last;
}
