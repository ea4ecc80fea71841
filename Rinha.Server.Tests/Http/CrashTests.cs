namespace Rinha.Server.Tests.Http;

/// <summary>What is kept in <see cref="Crashes"/> stays answered as it is now, and harms nothing.</summary>
public abstract class CrashTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private readonly TBank _bank;

    protected CrashTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    [Fact]
    public void There_are_some() => Assert.True(Crashes.Names.Count > 30);

    [Theory]
    [MemberData(nameof(Crashes.Names), MemberType = typeof(Crashes))]
    public void It_is_answered_once_and_changes_only_what_it_may(string name)
    {
        var status = int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture);
        var bytes = Crashes.Read(name);
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
        _bank.AssertBalanced();
    }
}

public sealed class InProcessCrashTests(InProcessBank bank) : CrashTests<InProcessBank>(bank);

public sealed class AotCrashTests(AotBank bank) : CrashTests<AotBank>(bank);

public sealed class PostgresCrashTests(PostgresBank bank) : CrashTests<PostgresBank>(bank);
