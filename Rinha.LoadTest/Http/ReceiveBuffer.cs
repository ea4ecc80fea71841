namespace Rinha.LoadTest.Http;

/// <summary>
/// What has been received of an answer; grows with it, up to a bound, and is used again for the next.
/// </summary>
internal sealed class ReceiveBuffer
{
    /// <summary>The longest answer that is taken, in bytes; more is not a bank's answer.</summary>
    public const int BytesMax = 1 << 20;

    private const int InitialBytes = 8192;

    private byte[] _bytes = new byte[InitialBytes];

    /// <summary>How many bytes have been received.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes received.</summary>
    public Span<byte> Received => _bytes.AsSpan(0, Length);

    /// <summary>Where the next bytes go; empty only when the bound is reached.</summary>
    public Span<byte> Free
    {
        get
        {
            if (Length == _bytes.Length && Length < BytesMax)
            {
                Array.Resize(ref _bytes, _bytes.Length * 2);
            }

            return _bytes.AsSpan(Length);
        }
    }

    /// <summary>So many bytes have been put into <see cref="Free"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Forgets everything.</summary>
    public void Clear() => Length = 0;
}
