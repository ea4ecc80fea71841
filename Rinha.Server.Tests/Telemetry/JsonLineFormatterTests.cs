using Microsoft.Extensions.Logging;

namespace Rinha.Server.Tests.Telemetry;

public sealed partial class JsonLineFormatterTests
{
    [Fact]
    public void An_exception_is_members_of_the_same_line()
    {
        var line = Line(logger => Log.StorageFailed(logger, Thrown("first\nsecond \"quoted\" ç")));

        var exception = line.GetProperty("exception");
        Assert.Equal("System.InvalidOperationException", exception.GetProperty("type").GetString());
        Assert.Equal("first\nsecond \"quoted\" ç", exception.GetProperty("message").GetString());
        Assert.Contains(nameof(Thrown), exception.GetProperty("details").GetString(), StringComparison.Ordinal);
        Assert.Equal("The ledger's storage failed", line.GetProperty("message").GetString());
    }

    [Fact]
    public void A_field_named_like_a_reserved_member_gets_another_name()
    {
        var line = Line(logger => Own(logger, "m", true, 5, null, 1.5m));

        Assert.Equal("m True 5 (null) 1.5", line.GetProperty("message").GetString());
        Assert.Equal("m", line.GetProperty("message_").GetString());
        Assert.True(line.GetProperty("level_").GetBoolean());
        Assert.Equal(5, line.GetProperty("count").GetInt64());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("nothing").ValueKind);
        Assert.Equal("1.5", line.GetProperty("when").GetString());
    }

    [LoggerMessage(7, LogLevel.Error, "{Message} {Level} {Count} {Nothing} {When}")]
    private static partial void Own(
        ILogger logger, string message, bool level, long count, string? nothing, decimal when);

    private static InvalidOperationException Thrown(string message)
    {
        try
        {
            throw new InvalidOperationException(message);
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }

    // The output for one event: one line, one object.
    private static JsonElement Line(Action<ILogger> log)
    {
        var logger = new RecordingLogger();
        log(logger);
        var text = logger.Json.ToString();

        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        return JsonDocument.Parse(text).RootElement;
    }
}
