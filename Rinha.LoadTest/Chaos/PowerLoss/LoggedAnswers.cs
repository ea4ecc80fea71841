using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>Notes how long the write log was when each transaction's 200 had arrived.</summary>
/// <param name="inner">Sees the same.</param>
/// <param name="logPath">The write log.</param>
internal sealed class LoggedAnswers(IRequestObserver inner, string logPath) : IRequestObserver
{
    private readonly FileInfo _log = new(logPath);

    /// <summary>By text, the log's length.</summary>
    public Dictionary<string, long> Lengths { get; } = [];

    /// <inheritdoc/>
    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (plan.Operation != Operation.Statement && answer.Status == 200)
        {
            _log.Refresh();
            Span<byte> text = stackalloc byte[TextCode.Length];
            TextCode.Write(plan.Text, text);
            Lengths[System.Text.Encoding.ASCII.GetString(text)] = _log.Length;
        }

        inner.OnAnswer(plan, answer);
    }

    /// <inheritdoc/>
    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer) =>
        inner.OnFailure(plan, kind, answer);
}
