namespace Rinha.LoadTest.Check;

/// <summary>One of a statement's <c>ultimas_transacoes</c>.</summary>
/// <param name="AmountCents"><c>valor</c></param>
/// <param name="Kind"><c>tipo</c></param>
/// <param name="Text"><c>descricao</c></param>
internal sealed record StatementLine(long AmountCents, string Kind, string Text);
