using Rinha.LoadTest.Check;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Contest;

/// <summary>
/// What the official simulation checks of an answer. A failed check is told in the simulation's own words, since the
/// score is counted from them; statuses come first, and only the first failure counts.
/// </summary>
/// <param name="answer">The answer to check.</param>
internal readonly ref struct Expectation(Answer answer)
{
    private readonly Answer _answer = answer;

    /// <summary>The status is one of those given.</summary>
    public string? Status(params ReadOnlySpan<int> allowed)
    {
        if (allowed.Contains(_answer.Status))
        {
            return null;
        }

        return allowed.Length == 1
            ? $"status.find.is({allowed[0]}), but actually found {_answer.Status}"
            : $"status.find.in({string.Join(',', allowed.ToArray())}), but actually found {_answer.Status}";
    }

    /// <summary>A transaction's answer has a limit, and a balance within it.</summary>
    public string? ConsistentTransaction() =>
        BankAnswer.TryReadTransaction(_answer.Body, out var limitCents, out var balanceCents)
            ? WithinLimit("jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação", limitCents, balanceCents)
            : "jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação, WTF?! " + Excerpt();

    /// <summary>A statement has a limit, and a balance within it.</summary>
    public string? ConsistentStatement() =>
        BankAnswer.TryReadStatementHead(_answer.Body, out var limitCents, out var balanceCents)
            ? WithinLimit("jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato", limitCents, balanceCents)
            : "jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato, WTF?! " + Excerpt();

    /// <summary>A statement's balance is exactly this.</summary>
    public string? Balance(long balanceCents) =>
        BankAnswer.TryReadStatementHead(_answer.Body, out _, out var found) && found == balanceCents
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"jmesPath(saldo.total).find.is({balanceCents}), but actually found {found}");

    /// <summary>A statement's limit is exactly this.</summary>
    public string? Limit(long limitCents) =>
        BankAnswer.TryReadStatementHead(_answer.Body, out var found, out _) && found == limitCents
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"jmesPath(saldo.limite).find.is({limitCents}), but actually found {found}");

    /// <summary>
    /// A statement's newest transactions, newest first, are of one cent and have these texts and kinds.
    /// </summary>
    public string? Newest(params ReadOnlySpan<(string Text, string Kind)> expected)
    {
        var entries = new List<StatementLine>();
        if (!BankAnswer.TryReadEntries(_answer.Body, entries))
        {
            return "jmesPath(ultimas_transacoes).find.exists, found nothing";
        }

        for (var index = 0; index < expected.Length; index++)
        {
            var wanted = new StatementLine(1, expected[index].Kind, expected[index].Text);
            var found = index < entries.Count ? entries[index] : null;
            if (found != wanted)
            {
                return $"jmesPath(ultimas_transacoes[{index}].descricao).find.is({wanted.Text}), "
                    + $"but actually found {found?.Text ?? "nothing"}";
            }
        }

        return null;
    }

    private static string? WithinLimit(string check, long limitCents, long balanceCents) =>
        balanceCents >= -limitCents
            ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"{check}, Limite ultrapassado! {balanceCents} < -{limitCents}");

    private string Excerpt() => Encoding.UTF8.GetString(_answer.Body[..Math.Min(_answer.Body.Length, 100)]);
}
