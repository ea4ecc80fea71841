namespace Rinha.Server.Http;

/// <summary>Why a transaction's body cannot be used, in order of precedence.</summary>
internal enum TransactionError
{
    None,
    Malformed,
    DuplicateField,
    MissingField,
    InvalidAmount,
    InvalidKind,
    InvalidDescription,
}
