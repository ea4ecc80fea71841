namespace Rinha.Stack.Tests;

/// <summary>
/// <c>restart</c>: both servers anew under load, and what becomes of a new binary that does not start.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class RestartTests : IDisposable
{
    private readonly TestBank _stack = new();
    private readonly string _binary;

    // The binary is a copy, which the tests replace: what is started is what is there.
    public RestartTests()
    {
        var published = Path.GetDirectoryName(Testing.Repository.ServerBinary)!;
        var copy = Directory.CreateDirectory(_stack.Scratch("server")).FullName;
        foreach (var file in Directory.GetFiles(published))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        _binary = Path.Combine(copy, "Rinha.Server");
        _stack.Run("--server", _binary);
    }

    [Fact]
    public void Both_are_replaced_under_load_and_no_request_fails()
    {
        int[] before = [_stack.IdentityOf("api01").Pid, _stack.IdentityOf("api02").Pid];
        using var load = new TestProcess(
        [
            Testing.Repository.LoadTestBinary, "load", $"http://127.0.0.1:{_stack.Port}", "-d", "6s", "-r", "500",
            "-o", "json",
        ]);
        Wait.Until(() => _stack.Balance() != 0, "the load has begun");
        // A new build has another inode; /proc shows which one runs.
        File.Copy(_binary, _binary + ".new");
        File.Move(_binary + ".new", _binary, overwrite: true);
        Restart().AssertExit(0, "api02 replaced");
        Restart().AssertExit(0, "api01 replaced");

        using var json = JsonDocument.Parse(load.AwaitExit().Output);
        Assert.Equal(0, json.RootElement.GetProperty("summary").GetProperty("failed").GetInt64());
        Assert.All(before, pid => Assert.False(ProcessIdentity.Of(pid).IsAlive));
        Assert.Equal(_binary, new FileInfo($"/proc/{_stack.IdentityOf("api01").Pid}/exe").LinkTarget);
    }

    [Fact]
    public void A_new_binary_that_does_not_start_leaves_the_other_serving()
    {
        var other = _stack.IdentityOf("api02");
        File.Move(_binary, _stack.Scratch("good"));
        // It knows its version, and nothing else.
        File.WriteAllText(
            _binary, "#!/bin/sh\n[ \"$1\" != --version ] || exit 0\necho 'no such library'\nexit 3\n");
        File.SetUnixFileMode(_binary, (UnixFileMode)0b111_000_000);
        Restart().AssertExit(1, "api01 could not start (exit status 3): no such library; api02 goes on serving");
        Assert.Equal(other, _stack.IdentityOf("api02"));
        Assert.All(Enumerable.Range(0, 5), _ => Assert.True(_stack.Answers()));

        File.Move(_stack.Scratch("good"), _binary, overwrite: true);
        Wait.Until(
            () => _stack.Instance.State.Find("api01") is { IsRestarting: false, Restarts: > 0 }, "api01 is back");
        Wait.Until(() => Restart() is { Code: 0 }, "a restart succeeds");
        Assert.NotEqual(other, _stack.IdentityOf("api02"));
    }

    [Fact]
    public void While_the_other_does_not_answer_or_the_binary_does_not_run_nothing_is_ended()
    {
        var before = _stack.IdentityOf("api01");
        _stack.Freeze(_stack.IdentityOf("api02"));
        Restart().AssertExit(1, "api02 does not answer /health, so api01 goes on as it is");
        _stack.Thaw();

        File.Move(_binary, _stack.Scratch("good"));
        Restart().AssertExit(1, "does not run");
        File.Move(_stack.Scratch("good"), _binary);
        Assert.Equal(before, _stack.IdentityOf("api01"));
        using var none = new TestBank();
        none.Verb("restart").AssertExit(1, "nothing runs on ");
    }

    public void Dispose() => _stack.Dispose();

    private CommandExit Restart() => _stack.Verb("restart");
}
