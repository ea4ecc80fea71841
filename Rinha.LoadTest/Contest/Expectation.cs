using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Contest;

// The official simulation's checks of an answer. Each method returns null or the failed check's message, worded as the
// simulation does, because the score is counted from the messages. Only the first failure counts: status first.
internal static class Expectation
{
    public static string? Credit(Answer answer) => answer.HasStatus(200) ?? answer.IsConsistentTransaction();

    public static string? Debit(Answer answer) =>
        answer.HasStatus(200, 422) ?? (answer.Status == 422 ? null : answer.IsConsistentTransaction());

    public static string? HasStatus(this Answer answer, params ReadOnlySpan<int> allowed)
    {
        if (allowed.Contains(answer.Status))
        {
            return null;
        }

        return allowed.Length == 1
            ? $"status.find.is({allowed[0]}), but actually found {answer.Status}"
            : $"status.find.in({string.Join(',', allowed.ToArray())}), but actually found {answer.Status}";
    }

    public static string? IsConsistentTransaction(this Answer answer) =>
        answer.IsWithinLimit(Operation.Credit, "jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação");

    public static string? IsConsistentStatement(this Answer answer) =>
        answer.IsWithinLimit(Operation.Statement, "jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato");

    public static string? HasBalance(this Answer answer, long balanceCents) =>
        BankAnswer.TryReadStatementHead(answer.Body, out _, out var found) && found == balanceCents
            ? null
            : $"jmesPath(saldo.total).find.is({balanceCents}), but actually found {found}";

    public static string? HasLimit(this Answer answer, long limitCents) =>
        BankAnswer.TryReadStatementHead(answer.Body, out var found, out _) && found == limitCents
            ? null
            : $"jmesPath(saldo.limite).find.is({limitCents}), but actually found {found}";

    // The statement's newest transactions are these, newest first, of one cent each.
    public static string? HasNewest(this Answer answer, params ReadOnlySpan<(string Text, string Kind)> expected)
    {
        var entries = new List<StatementLine>();
        if (!BankAnswer.TryReadEntries(answer.Body, entries))
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

    private static string? IsWithinLimit(this Answer answer, Operation operation, string check)
    {
        if (!BankAnswer.TryRead(operation, answer.Body, out var limitCents, out var balanceCents))
        {
            var excerpt = answer.Body[..Math.Min(answer.Body.Length, 100)];
            return $"{check}, WTF?! {Encoding.UTF8.GetString(excerpt)}";
        }

        return balanceCents >= -limitCents
            ? null
            : $"{check}, Limite ultrapassado! {balanceCents} < -{limitCents}";
    }
}
