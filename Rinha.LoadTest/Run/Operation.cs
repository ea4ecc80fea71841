namespace Rinha.LoadTest.Run;

/// <summary>The three requests of the bank, by the contest's names for them.</summary>
public enum Operation
{
    /// <summary><c>débito</c>: POST of a debit.</summary>
    Debit,

    /// <summary><c>crédito</c>: POST of a credit.</summary>
    Credit,

    /// <summary><c>extrato</c>: GET of a statement.</summary>
    Statement,
}
