using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// The words in a gate's file, read and written past the gate: what the dead and the damaged leave there.
/// </summary>
internal static class ForgedGate
{
    /// <summary>Writes the words, as <see cref="GateWords"/> has them; the file is made if need be.</summary>
    public static void Write(
        string databasePath, int holder, int sleeping = 0, int asking = 0, int starving = 0, int last = 0)
    {
        int[] words = [holder, sleeping, asking, starving, last];
        using var file = Open(databasePath);
        RandomAccess.Write(file, MemoryMarshal.AsBytes<int>(words), 0);
    }

    /// <summary>The number of the instance that is inside; 0: none.</summary>
    public static int Holder(string databasePath) => Word(databasePath, 0);

    /// <summary>A bit for each instance that sleeps.</summary>
    public static int Sleeping(string databasePath) => Word(databasePath, 4);

    /// <summary>A bit for each instance that was refused and still wants to enter.</summary>
    public static int Asking(string databasePath) => Word(databasePath, 8);

    /// <summary>A bit for each instance that all others let go first.</summary>
    public static int Starving(string databasePath) => Word(databasePath, 12);

    private static int Word(string databasePath, int offset)
    {
        var word = new int[1];
        using var file = Open(databasePath);
        RandomAccess.Read(file, MemoryMarshal.AsBytes(word.AsSpan()), offset);
        return word[0];
    }

    private static SafeFileHandle Open(string databasePath) => File.OpenHandle(
        databasePath + "-gate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
