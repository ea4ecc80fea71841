namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>Somebody who means no good, on a thread of his own; disposing it closes what it has open.</summary>
internal interface IAttack : IDisposable
{
    /// <summary>Goes on a little; called every few milliseconds.</summary>
    void Step(long nowMs);

    /// <summary>Whether it has done all that it is to begin with.</summary>
    bool IsUnderWay { get; }

    /// <summary>What is wrong with how it is being treated, if anything is.</summary>
    string? Complaint(long nowMs);

    /// <summary>What it has done, in a few words.</summary>
    string Done { get; }
}
