using System.Diagnostics;

namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>Makes a case as small as it can be while it still shows what was found (delta debugging).</summary>
internal static class CaseMinimizer
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    /// <summary>Leaves out pieces, large ones first, as long as the finding stays.</summary>
    public static byte[] Minimize(byte[] bytes, Func<byte[], bool> stays)
    {
        var watch = Stopwatch.StartNew();
        for (var piece = bytes.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < bytes.Length && watch.Elapsed < s_patience;)
            {
                byte[] less = [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(at + piece, bytes.Length))];
                if (less.Length > 0 && stays(less))
                {
                    bytes = less;
                }
                else
                {
                    at += piece;
                }
            }
        }

        return bytes;
    }
}
