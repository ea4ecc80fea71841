using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Tests.Fixtures;

// Reads and writes the words of a gate's file directly, to forge what dead processes and damage leave there.
internal static class ForgedGate
{
    // Writes the words in the order of GateWords; creates the file if there is none.
    public static void Write(
        string databasePath, int holder, int sleeping = 0, int asking = 0, int starving = 0, int last = 0)
    {
        int[] words = [holder, sleeping, asking, starving, last];
        using var file = Open(databasePath);
        RandomAccess.Write(file, MemoryMarshal.AsBytes<int>(words), 0);
    }

    // The number of the instance that is inside; 0 for none.
    public static int Holder(string databasePath) => Word(databasePath, 0);

    // A bit for each instance that sleeps.
    public static int Sleeping(string databasePath) => Word(databasePath, 4);

    // A bit for each instance whose try failed.
    public static int Asking(string databasePath) => Word(databasePath, 8);

    // A bit for each starving instance, to which all others give way.
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
