using System.Text;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Reports read back from what the load tester wrote.</summary>
internal static class Reports
{
    /// <summary>Reads a report; fails when there is anything else beside it.</summary>
    public static RunReport Read(string json)
    {
        Assert.StartsWith("{", json, StringComparison.Ordinal);
        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return JsonReport.Read(stream);
    }
}
