using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>Runs an attack until it is disposed.</summary>
internal sealed class AttackThread : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly IAttack _attack;
    private readonly Thread _thread;
    private volatile bool _stops;

    public AttackThread(IAttack attack)
    {
        _attack = attack;
        _thread = new Thread(Run) { Name = "attack" };
        _thread.Start();
    }

    /// <summary>Ends it.</summary>
    /// <returns>What is wrong with how it was treated, if anything is.</returns>
    public string? Stop()
    {
        _stops = true;
        _thread.Join();
        return _attack.Complaint(Clock.NowMs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Stop();
        _attack.Dispose();
    }

    private void Run()
    {
        while (!_stops)
        {
            _attack.Step(Clock.NowMs);
            Thread.Sleep(s_pause);
        }
    }
}
