using System.Globalization;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.Http;

/// <summary>
/// Requests that a fuzzer has found, or that are the worst of their kind: <c>Crashes/STATUS-NAME.http</c> has the
/// bytes, and in its name the status of the one answer, or 000 when there is only the end. The campaign <c>fuzz</c> of
/// <c>./rinha chaos</c> tries them too, and damages them further.
/// </summary>
public abstract class CrashTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private static readonly string s_directory = Repository.PathOf("Rinha.Server.Tests", "Http", "Crashes");

    private readonly TBank _bank;

    protected CrashTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    public static TheoryData<string> Names => [.. Directory.GetFiles(s_directory).Select(Path.GetFileName).Order()!];

    [Fact]
    public void There_are_some() => Assert.True(Names.Count > 30);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_answered_once_and_changes_only_what_it_may(string name)
    {
        var status = int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture);
        var bytes = File.ReadAllBytes(Path.Combine(s_directory, name));
        using (var connection = _bank.Connect())
        {
            connection.Send(bytes);
            connection.EndSending();
            if (status > 0)
            {
                Assert.Equal(status, connection.Receive().Status);
            }

            Assert.True(connection.IsEnded(), "one request, one answer at most");
        }

        var isPosted = status == 200 && bytes.AsSpan().StartsWith("POST"u8);
        Assert.Equal(isPosted ? 1 : 0, _bank.Statement(1).Balance());
        LedgerRows.AssertBalanced(_bank.DatabasePath);
    }
}

public sealed class InProcessCrashTests(InProcessBank bank) : CrashTests<InProcessBank>(bank);

public sealed class AotCrashTests(AotBank bank) : CrashTests<AotBank>(bank);
