using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>
/// Whether an answer is one that a bank may give: its status, its form, and a balance within the limit.
/// </summary>
internal static class AnswerJudge
{
    private const int ExcerptBytes = 200;

    /// <summary>Judges an answer.</summary>
    /// <returns><see langword="null"/> for a good answer.</returns>
    public static FailureKind? Judge(Operation operation, in Answer answer)
    {
        if (answer.Status == 422 && operation == Operation.Debit)
        {
            return null;
        }

        if (answer.Status != 200)
        {
            return FailureKind.UnexpectedStatus;
        }

        long limitCents;
        long balanceCents;
        var readable = operation == Operation.Statement
            ? BankAnswer.TryReadStatementHead(answer.Body, out limitCents, out balanceCents)
            : BankAnswer.TryReadTransaction(answer.Body, out limitCents, out balanceCents);
        return readable && balanceCents >= -limitCents ? null : FailureKind.WrongAnswer;
    }

    /// <summary>Puts a bad answer into words.</summary>
    public static string Describe(Operation operation, int status, ReadOnlySpan<byte> body) =>
        $"{operation}: {status} {Encoding.UTF8.GetString(body[..Math.Min(body.Length, ExcerptBytes)])}";
}
