using System.Buffers.Binary;
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
        var words = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(words, holder);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(4), sleeping);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(8), asking);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(12), starving);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(16), last);
        using var file = Open(databasePath);
        RandomAccess.Write(file, words, 0);
    }

    /// <summary>The number of the instance that is inside; 0 is nobody.</summary>
    public static int Holder(string databasePath) => Word(databasePath, 0);

    /// <summary>A bit for each instance that sleeps.</summary>
    public static int Sleeping(string databasePath) => Word(databasePath, 4);

    /// <summary>A bit for each instance that has asked in vain.</summary>
    public static int Asking(string databasePath) => Word(databasePath, 8);

    /// <summary>A bit for each instance that all others let go first.</summary>
    public static int Starving(string databasePath) => Word(databasePath, 12);

    private static int Word(string databasePath, int offset)
    {
        var word = new byte[4];
        using var file = Open(databasePath);
        RandomAccess.Read(file, word, offset);
        return BinaryPrimitives.ReadInt32LittleEndian(word);
    }

    private static SafeFileHandle Open(string databasePath) => File.OpenHandle(
        databasePath + "-gate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
