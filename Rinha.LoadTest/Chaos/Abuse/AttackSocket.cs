using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>A connection that never waits.</summary>
internal sealed unsafe class AttackSocket : IDisposable
{
    private const int ReadBytes = 64 * 1024;

    private readonly int _descriptor;

    public AttackSocket(Target target, long nowMs)
    {
        OpenedMs = nowMs;
        _descriptor = LibC.OpenStream(target.Family);
        var address = target.Address;
        fixed (byte* first = address)
        {
            IsRefused = _descriptor < 0
                || (LibC.Connect(_descriptor, first, address.Length) != 0 && LibC.LastError != LibC.InProgress);
        }
    }

    /// <summary>When it was opened.</summary>
    public long OpenedMs { get; }

    /// <summary>Whether it could not even be tried.</summary>
    public bool IsRefused { get; }

    /// <summary>How much of what there is to send has left; kept here for whoever sends it.</summary>
    public long Sent { get; set; }

    /// <summary>Sends what is taken at once.</summary>
    /// <returns>How many bytes; -1 when the connection is gone.</returns>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = LibC.SendTo(_descriptor, first, bytes.Length);
            // A TCP connection that is still being made takes nothing yet (EAGAIN).
            return count < 0 && LibC.LastError == LibC.Again ? 0 : (int)count;
        }
    }

    /// <summary>Reads and forgets what has come.</summary>
    /// <returns>Whether the connection is still there.</returns>
    public bool Drain()
    {
        var bytes = stackalloc byte[ReadBytes];
        while (true)
        {
            var count = LibC.Receive(_descriptor, bytes, ReadBytes, 0);
            if (count <= 0)
            {
                return count < 0 && LibC.LastError == LibC.Again;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ = LibC.Close(_descriptor);
}
