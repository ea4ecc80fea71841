using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rinha.Server.Ledger;

/// <summary>
/// A transaction's text: 1 to 10 Unicode scalar values (contest API: <c>descricao</c>), held as UTF-8 in the value
/// itself so that neither reading nor storing one allocates. The default value is empty and not a valid description.
/// </summary>
public struct Description
{
    public const int ScalarsMax = 10;

    /// <summary>The most bytes a description takes: ten scalar values of four UTF-8 bytes.</summary>
    public const int BytesMax = 4 * ScalarsMax;

    private Buffer _bytes;
    private byte _length;

    /// <summary>The UTF-8 bytes, 1 to <see cref="BytesMax"/> of them.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AsUtf8() => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <summary>Copies valid UTF-8 if it has 1 to <see cref="ScalarsMax"/> scalar values.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> utf8, out Description description)
    {
        description = default;
        if (utf8.Length is 0 or > BytesMax || CountScalars(utf8) > ScalarsMax)
        {
            return false;
        }

        utf8.CopyTo(description._bytes);
        description._length = (byte)utf8.Length;
        return true;
    }

    private static int CountScalars(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var value in utf8)
        {
            // Every byte except the continuation bytes 10xxxxxx starts a scalar value.
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    [InlineArray(BytesMax)]
    private struct Buffer
    {
        private byte _first;
    }
}
