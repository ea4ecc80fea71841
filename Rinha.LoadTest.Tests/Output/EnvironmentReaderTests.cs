using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class EnvironmentReaderTests
{
    [Fact]
    public void The_machine_is_read()
    {
        var environment = EnvironmentReader.Read("http://127.0.0.1:9999", "1.5 CPU");
        Assert.Equal("http://127.0.0.1:9999", environment.Target);
        Assert.Equal("1.5 CPU", environment.Limits);
        Assert.NotEmpty(environment.Command);
        Assert.NotEmpty(environment.Processor);
        Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+", environment.Version);
        Assert.Contains(", Linux ", environment.System, StringComparison.Ordinal);
        Assert.InRange(environment.Cores, 1, 4096);
    }

    [Fact]
    public void A_command_line_is_quoted_for_a_shell() => Assert.Equal(
        "rinha-load run --limits '1.5 CPU' '' 'it'\\''s'",
        EnvironmentReader.CommandLine(["/somewhere/rinha-load", "run", "--limits", "1.5 CPU", "", "it's"]));
}
