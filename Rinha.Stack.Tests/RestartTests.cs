namespace Rinha.Stack.Tests;

// restart: replaces both servers under load, and survives a new binary that does not start.
[Collection(RunsAlone.Name)]
public sealed class RestartTests : IDisposable
{
    private readonly TestBank _stack = new();
    private readonly string _binary;

    // Runs a copy of the binary, which the tests replace.
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
            Testing.Repository.LoadTesterBinary, "load", $"http://127.0.0.1:{_stack.Port}", "-d", "6s", "-r", "500",
            "-o", "json",
        ]);
        Wait.Until(() => _stack.Balance() != 0, "the load has begun");
        // A new build has a new inode; /proc/PID/exe shows which one runs.
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
        // A binary that prints its version and otherwise fails.
        File.WriteAllText(
            _binary, "#!/bin/sh\n[ \"$1\" != --version ] || exit 0\necho 'no such library'\nexit 3\n");
        File.SetUnixFileMode(_binary, (UnixFileMode)0b111_000_000);
        Restart().AssertExit(1, "api01 could not start (exit status 3): no such library; api02 keeps serving");
        Assert.Equal(other, _stack.IdentityOf("api02"));
        Assert.All(Enumerable.Range(0, 5), _ => Assert.True(_stack.Answers()));

        File.Move(_stack.Scratch("good"), _binary, overwrite: true);
        Wait.Until(
            () => _stack.Instance.State.Find("api01") is { IsRestarting: false, Restarts: > 0 }, "api01 is back");
        Wait.Until(() => Restart() is { Code: 0 }, "a restart succeeds");
        Assert.NotEqual(other, _stack.IdentityOf("api02"));
    }

    [Fact]
    public void With_a_silent_server_or_a_broken_binary_nothing_is_stopped()
    {
        var before = _stack.IdentityOf("api01");
        _stack.Freeze(_stack.IdentityOf("api02"));
        Restart().AssertExit(1, "api02 does not answer /health, so api01 was not replaced");
        _stack.Verb("status").AssertExit(1, "rinha: unhealthy: api02 (no answer)\n");
        Assert.False(_stack.Status().GetProperty("healthy").GetBoolean());
        _stack.Thaw();
        Wait.Until(() => _stack.Verb("status").Code == 0, "api02 is healthy");
        Assert.True(_stack.Status().GetProperty("healthy").GetBoolean());

        File.Move(_binary, _stack.Scratch("good"));
        Restart().AssertExit(1, "--version fails");
        File.Move(_stack.Scratch("good"), _binary);
        Assert.Equal(before, _stack.IdentityOf("api01"));
        using var none = new TestBank();
        none.Verb("restart").AssertExit(1, "no stack is running on ");
    }

    public void Dispose() => _stack.Dispose();

    private CommandExit Restart() => _stack.Verb("restart");
}
