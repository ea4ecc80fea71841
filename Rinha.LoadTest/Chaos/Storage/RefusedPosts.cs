using System.Text;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>Remembers which transactions were answered with a status that says that nothing was changed.</summary>
/// <param name="inner">Sees the same.</param>
internal sealed class RefusedPosts(IRequestObserver inner) : IRequestObserver
{
    /// <summary>Their texts.</summary>
    public HashSet<string> Texts { get; } = [];

    /// <inheritdoc/>
    public void OnAnswer(in RequestPlan plan, in Answer answer) => inner.OnAnswer(plan, answer);

    /// <inheritdoc/>
    public void OnFailure(in RequestPlan plan, FailureKind kind, int status)
    {
        if (plan.Operation != Operation.Statement && kind == FailureKind.UnexpectedStatus)
        {
            Span<byte> text = stackalloc byte[TextCode.Length];
            TextCode.Write(plan.Text, text);
            Texts.Add(Encoding.ASCII.GetString(text));
        }

        inner.OnFailure(plan, kind, status);
    }
}
